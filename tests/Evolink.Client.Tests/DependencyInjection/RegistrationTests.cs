using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Client.Tests.DependencyInjection;

public sealed class RegistrationTests
{
    [Fact]
    public async Task A_client_is_a_singleton_with_the_options_that_were_set()
    {
        await using var api = await StubApi.StartAsync(200, """{"id":"t"}""");
        ServiceCollection services = new();
        services.AddEvolinkClient(options => (options.ApiKey, options.BaseUrl, options.AllowLoopback) = ("sk-a", api.Url, true));
        services.Configure<EvolinkClientOptions>(options => options.UserAgent = "My.App/1.0");
        await using var provider = services.BuildServiceProvider(validateScopes: true);

        var client = provider.GetRequiredService<EvolinkClient>();
        await client.GetTaskAsync("t");

        Assert.Same(client, provider.GetRequiredService<EvolinkClient>());
        Assert.Equal(("Bearer sk-a", "My.App/1.0"), (Assert.Single(api.Seen).Headers["Authorization"], api.Seen[0].Headers["User-Agent"]));
    }

    [Fact]
    public async Task Clients_under_keys_have_options_and_handlers_of_their_own()
    {
        await using var api = await StubApi.StartAsync(200, """{"id":"t","status":"pending"}""");
        ServiceCollection services = new();
        List<string> seen = [];
        services.AddKeyedEvolinkClient("a", options => (options.ApiKey, options.BaseUrl, options.AllowLoopback) = ("sk-a", api.Url, true))
            .AddHttpMessageHandler(() => new Noting(() => seen.Add("a")));
        services.AddKeyedEvolinkClient("b", options => (options.ApiKey, options.BaseUrl, options.AllowLoopback) = ("sk-b", api.Url, true));
        services.AddKeyedEvolinkAppClient("a", options => (options.ApiKey, options.BaseUrl) = ("app-a", api.Url));
        await using var provider = services.BuildServiceProvider();

        await provider.GetRequiredKeyedService<EvolinkClient>("a").GetTaskAsync("t");
        await provider.GetRequiredKeyedService<EvolinkClient>("b").GetTaskAsync("t");
        await provider.GetRequiredKeyedService<EvolinkAppClient>("a").GetTaskAsync("t");

        Assert.Equal(["Bearer sk-a", "Bearer sk-b", "Bearer app-a"], api.Seen.Select(request => request.Headers["Authorization"]));
        Assert.Equal(["a"], seen);
        Assert.Null(provider.GetService<EvolinkClient>());
    }

    [Fact]
    public async Task Options_may_be_made_of_other_services()
    {
        await using var app = await StubApi.StartAsync(200, """{"id":"gen-1","status":"pending"}""");
        ServiceCollection services = new();
        services.AddSingleton(new Credential("token-1"));
        services.AddEvolinkAppClient((options, provider) =>
        {
            options.BaseUrl = app.Url;
            options.ApiKeySource = _ => ValueTask.FromResult<string?>(provider.GetRequiredService<Credential>().Token);
        });
        await using var provider = services.BuildServiceProvider();

        await provider.GetRequiredService<EvolinkAppClient>().GetTaskAsync("gen-1");

        Assert.Equal("Bearer token-1", Assert.Single(app.Seen).Headers["Authorization"]);
    }

    [Fact]
    public async Task Wrong_options_are_told_by_whoever_asks_for_the_client()
    {
        ServiceCollection services = new();
        services.AddEvolinkClient(options => options.BaseUrl = new Uri("http://api.evolink.ai"));
        services.AddEvolinkAppClient();
        await using var provider = services.BuildServiceProvider();
        Assert.Contains("BaseUrl", Assert.Throws<ArgumentException>(() => provider.GetRequiredService<EvolinkClient>()).Message, StringComparison.Ordinal);
        Assert.Contains("BaseUrl", Assert.Throws<ArgumentNullException>(() => provider.GetRequiredService<EvolinkAppClient>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resilience_handler_for_all_clients_of_a_program_does_not_have_a_submit_sent_twice()
    {
        await using var api = await StubApi.StartAsync(503, "{}", ("Retry-After", "0"));
        ServiceCollection services = new();
        services.ConfigureHttpClientDefaults(http => http.AddStandardResilienceHandler());
        services.AddEvolinkClient(options => (options.ApiKey, options.BaseUrl, options.AllowLoopback) = ("sk-a", api.Url, true));
        await using var provider = services.BuildServiceProvider();

        var failure = await Assert.ThrowsAsync<EvolinkException>(() => provider.GetRequiredService<EvolinkClient>().SubmitAsync(Clients.Cat));

        Assert.Equal((SubmitOutcome.Unknown, 503), (failure.Outcome, failure.StatusCode));
        Assert.Single(api.Seen);
    }

    [Fact]
    public async Task Nor_does_one_that_was_put_under_this_client()
    {
        await using var api = await StubApi.StartAsync(503, "{}", ("Retry-After", "0"));
        ServiceCollection services = new();
        services.AddEvolinkClient(options => (options.ApiKey, options.BaseUrl, options.AllowLoopback) = ("sk-a", api.Url, true))
            .AddStandardResilienceHandler();
        await using var provider = services.BuildServiceProvider();

        var failure = await Assert.ThrowsAsync<EvolinkException>(() => provider.GetRequiredService<EvolinkClient>().SubmitAsync(Clients.Cat));

        Assert.Equal(SubmitOutcome.Unknown, failure.Outcome);
        Assert.Single(api.Seen);
    }

    private sealed record Credential(string Token);

    private sealed class Noting(Action note) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            note();
            return base.SendAsync(request, cancellationToken);
        }
    }
}
