namespace Evolink.Client.Tests;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("http://api.evolink.ai", false), InlineData("http://api.evolink.ai", true), InlineData("http://127.0.0.1:1", false), InlineData("ftp://127.0.0.1", true)]
    [InlineData("https://user:pw@api.evolink.ai", false), InlineData("https://api.evolink.ai/?a=b", false), InlineData("/v1", false)]
    public void The_key_is_not_sent_to_such_a_base_address(string url, bool allowLoopback)
    {
        var address = new Uri(url, UriKind.RelativeOrAbsolute);
        Assert.Throws<ArgumentException>(() => new EvolinkClient(new EvolinkClientOptions { BaseUrl = address, AllowLoopback = allowLoopback }));
        Assert.Throws<ArgumentException>(() => new EvolinkClient(new EvolinkClientOptions { FilesBaseUrl = address, AllowLoopback = allowLoopback }));
    }

    [Theory]
    [InlineData(0), InlineData(-5)]
    public void A_time_out_is_longer_than_nothing(int seconds)
    {
        var time = TimeSpan.FromSeconds(seconds);
        Assert.Throws<ArgumentOutOfRangeException>(() => new EvolinkClient(new EvolinkClientOptions { SubmitTimeout = time }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EvolinkClient(new EvolinkClientOptions { ReadTimeout = time }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EvolinkClient(new EvolinkClientOptions { UploadTimeout = time }));
    }

    [Fact]
    public async Task The_key_can_be_rotated_while_the_client_lives()
    {
        await using var api = await StubApi.StartAsync(200, """{"id":"t"}""");
        var key = "first";
        var client = api.Client(options => options.ApiKeySource = _ => ValueTask.FromResult<string?>(key));

        await client.GetTaskAsync("t");
        key = "second\n";
        await client.GetTaskAsync("t");

        Assert.Equal(["Bearer first", "Bearer second"], api.Seen.Select(seen => seen.Headers["Authorization"]));
    }

    [Theory]
    [InlineData(null), InlineData(""), InlineData("  "), InlineData("secret key"), InlineData("secret\r\nkey"), InlineData("secretkéy")]
    public async Task Without_a_usable_key_nothing_is_sent_and_the_key_not_told(string? key)
    {
        await using var api = await StubApi.StartAsync(200, """{"id":"t"}""");

        var failure = await Assert.ThrowsAsync<EvolinkException>(() => api.Client(options => options.ApiKey = key).SubmitAsync(Clients.Cat));

        Assert.Equal((SubmitOutcome.NotSent, EvolinkErrorCodes.ApiKeyMissing, true), (failure.Outcome, failure.Code, failure.NeedsAttention));
        Assert.DoesNotContain("secret", failure.ToString());
        Assert.Empty(api.Seen);
    }

    [Fact]
    public async Task A_source_of_the_key_that_fails_is_a_failure_that_passes_and_nothing_is_sent()
    {
        await using var api = await StubApi.StartAsync(200, """{"id":"t"}""");
        int asked = 0;
        var client = api.Client(options => options.ApiKeySource = async _ =>
        {
            await Task.Yield();
            return ++asked < 3 ? throw new InvalidOperationException("The vault is away.") : "sk-late";
        });

        await client.SubmitAsync(Clients.Cat);

        Assert.Equal("Bearer sk-late", Assert.Single(api.Seen).Headers["Authorization"]);
        var never = api.Client(options => (options.ApiKeySource, options.Retry.MaxReadRetries) = (_ => throw new InvalidOperationException("The vault is away."), 0));
        var failure = await Assert.ThrowsAsync<EvolinkException>(() => never.GetTaskAsync("t"));
        Assert.Equal((EvolinkErrorCodes.ApiKeyMissing, SubmitOutcome.NotSent, true), (failure.Code, failure.Outcome, failure.IsTransient));
        Assert.Equal("The vault is away.", failure.InnerException!.Message);
        Assert.Single(api.Seen);
    }

    [Fact]
    public async Task A_source_of_the_key_that_never_answers_does_not_hold_a_submit_beyond_its_time()
    {
        await using var api = await StubApi.StartAsync(200, """{"id":"t"}""");
        var client = api.Client(options =>
        {
            options.SubmitTimeout = TimeSpan.FromMilliseconds(200);
            options.ApiKeySource = _ => new ValueTask<string?>(new TaskCompletionSource<string?>().Task);
        });

        var failure = await Assert.ThrowsAsync<EvolinkException>(() => client.SubmitAsync(Clients.Cat));

        Assert.Equal((EvolinkErrorCodes.TimedOut, SubmitOutcome.NotSent), (failure.Code, failure.Outcome));
        Assert.Empty(api.Seen);
    }

    [Theory]
    [InlineData("sk-key\n", "sk-key"), InlineData(" sk-key ", "sk-key")]
    public async Task White_space_around_a_key_does_not_count(string key, string sent)
    {
        await using var api = await StubApi.StartAsync(200, """{"id":"t"}""");
        await api.Client(options => options.ApiKey = key).GetTaskAsync("t");
        Assert.Equal("Bearer " + sent, Assert.Single(api.Seen).Headers["Authorization"]);
    }

    [Fact]
    public async Task Later_changes_to_the_options_change_nothing()
    {
        await using var api = await StubApi.StartAsync(200, """{"id":"t"}""");
        EvolinkClientOptions? kept = null;
        var client = api.Client(options => kept = options);

        kept!.ApiKey = "other";
        kept.UserAgent = "other";
        await client.GetTaskAsync("t");

        Assert.Equal("Bearer " + Clients.Key, api.Seen[0].Headers["Authorization"]);
        Assert.Equal(EvolinkClientOptions.DefaultUserAgent, api.Seen[0].Headers["User-Agent"]);
    }

    [Fact]
    public async Task A_product_names_itself()
    {
        await using var api = await StubApi.StartAsync(200, """{"id":"t"}""");
        await api.Client(options => options.UserAgent = "My.App/1.0 (+https://example.com)").GetTaskAsync("t");
        Assert.Equal("My.App/1.0 (+https://example.com)", api.Seen[0].Headers["User-Agent"]);
    }

    [Fact]
    public async Task A_message_tells_neither_key_nor_prompt_nor_link_query()
    {
        const string prompt = "A very private prompt about a cat";
        await using var api = await StubApi.StartAsync(400, $$$"""
            {"error":{"code":"invalid_request","message":"key {{{Clients.Key}}} and sk-older-key-123456, link https://a.example/i.png?sig=topsecret&x=1, prompt '{{{prompt}}}'\nInjected: line"}}
            """);

        var failure = await Assert.ThrowsAsync<EvolinkException>(() => api.Client().SubmitAsync(Clients.Cat with { Prompt = prompt }));

        var told = failure.ToString() + failure.ErrorMessage;
        Assert.DoesNotContain(Clients.Key, told);
        Assert.DoesNotContain("sk-older", told);
        Assert.DoesNotContain("topsecret", told);
        Assert.DoesNotContain("private", told);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.Contains("https://a.example/i.png?***", failure.Message);
    }

    [Fact]
    public async Task A_prompt_echoed_in_part_is_not_told_either()
    {
        const string prompt = "A very private prompt about a cat";
        await using var api = await StubApi.StartAsync(400, """{"error":{"code":"x","message":"prompt 'A very private prom...' is bad"}}""");
        var failure = await Assert.ThrowsAsync<EvolinkException>(() => api.Client().SubmitAsync(Clients.Cat with { Prompt = prompt }));
        Assert.DoesNotContain("private", failure.Message);
    }

    [Fact]
    public async Task It_can_be_mocked()
    {
        EvolinkClient client = new Mock();
        Assert.Equal("mocked", (await client.GetTaskAsync("t")).Id);
    }

    private sealed class Mock : EvolinkClient
    {
        public override Task<VideoTask> GetTaskAsync(string taskId, CancellationToken cancellationToken = default) =>
            Task.FromResult(new VideoTask { Id = "mocked" });
    }
}
