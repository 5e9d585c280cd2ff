using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Webhooks;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Tests.Webhooks;

/// <summary>The calls themselves, over real sockets to a receiver that verifies, with a clock that the test moves.</summary>
public sealed class WebhookDeliveryTests(AzuriteFixture azurite)
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string OtherSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    private static readonly CancellationToken None = CancellationToken.None;

    private static void Strictly(EvolinkOptions options)
    {
        options.AllowLoopback = false;
        options.BaseUrl = options.FilesBaseUrl = new Uri("https://evolink.example.com");
    }

    [Fact]
    public async Task The_receiver_can_verify_the_call_and_it_is_noted()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using WebhookCase webhook = await WebhookCase.StartAsync(azurite, $"{receiver.Url}hook?token=of-the-client", Secret);
        Assert.Null(await webhook.CallAsync());
        ReceivedCall call = Assert.Single(receiver.Calls);
        Assert.Equal(("POST", "/hook?token=of-the-client"), (call.Method, call.Target));
        Assert.Equal(WebhookCase.Body, call.Text);
        Assert.Equal("application/json", call.Header("Content-Type"));
        Assert.True(StandardWebhook.Verify(Secret, call, webhook.Time.GetUtcNow()));
        Assert.False(StandardWebhook.Verify(OtherSecret, call, webhook.Time.GetUtcNow()));
        JobWebhook noted = await webhook.ReadAsync();
        Assert.Equal(WebhookState.Delivered, noted.State);
        Assert.Equal(200, Assert.Single(noted.Calls).Status);
        Assert.Null(await webhook.CallAsync());
        Assert.Single(receiver.Calls);
    }

    [Fact]
    public async Task While_a_secret_is_rotated_both_verify()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using WebhookCase webhook = await WebhookCase.StartAsync(azurite, receiver.Url.AbsoluteUri, Secret, OtherSecret);
        await webhook.CallAsync();
        ReceivedCall call = Assert.Single(receiver.Calls);
        Assert.True(StandardWebhook.Verify(Secret, call, webhook.Time.GetUtcNow()));
        Assert.True(StandardWebhook.Verify(OtherSecret, call, webhook.Time.GetUtcNow()));
    }

    [Fact]
    public async Task A_client_without_a_secret_is_called_as_Evolink_calls_unsigned()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using WebhookCase webhook = await WebhookCase.StartAsync(azurite, receiver.Url.AbsoluteUri);
        await webhook.CallAsync();
        ReceivedCall call = Assert.Single(receiver.Calls);
        Assert.Null(call.Header("webhook-signature"));
        Assert.NotNull(call.Header("webhook-id"));
    }

    [Fact]
    public async Task A_client_whose_secret_is_not_resolved_is_called_later_and_never_unsigned()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using WebhookCase webhook = await WebhookCase.StartAsync(
            azurite, receiver.Url.AbsoluteUri, "@Microsoft.KeyVault(SecretUri=https://vault.vault.azure.net/secrets/w)");
        Assert.NotNull(await webhook.CallAsync());
        Assert.Empty(receiver.Calls);
        Assert.Contains("not resolved", Assert.Single((await webhook.ReadAsync()).Calls).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receiver_that_fails_is_called_ten_times_over_three_days_with_one_id_and_ten_times()
    {
        await using Receiver receiver = await Receiver.AnsweringAsync(500);
        await using WebhookCase webhook = await WebhookCase.StartAsync(azurite, receiver.Url.AbsoluteUri, Secret);
        DateTimeOffset start = webhook.Time.GetUtcNow();
        while (await webhook.CallAsync() is { } next)
        {
            Assert.True(StandardWebhook.Verify(Secret, receiver.Calls[^1], webhook.Time.GetUtcNow()));
            webhook.Time.Advance(next - webhook.Time.GetUtcNow());
        }

        Assert.InRange(webhook.Time.GetUtcNow() - start, new TimeSpan(75, 35, 5), new TimeSpan(75, 35, 5) * 1.1);
        Assert.Equal(10, receiver.Calls.Count);
        Assert.Single(receiver.Calls.Select(call => call.Header("webhook-id")).Distinct());
        Assert.Equal(10, receiver.Calls.Select(call => call.Header("webhook-timestamp")).Distinct().Count());
        JobWebhook noted = await webhook.ReadAsync();
        Assert.Equal(WebhookState.GivenUp, noted.State);
        Assert.Equal(Enumerable.Range(1, 10), noted.Calls.Select(call => call.Number));
    }

    [Fact]
    public async Task Gone_is_an_answer_and_ends_it()
    {
        await using Receiver receiver = await Receiver.AnsweringAsync(410);
        await using WebhookCase webhook = await WebhookCase.StartAsync(azurite, receiver.Url.AbsoluteUri, Secret);
        Assert.Null(await webhook.CallAsync());
        Assert.Equal(WebhookState.Gone, (await webhook.ReadAsync()).State);
    }

    [Fact]
    public async Task Retry_After_puts_the_next_call_off()
    {
        await using Receiver receiver = await Receiver.StartAsync((_, context) =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "3600";
            return Task.CompletedTask;
        });
        await using WebhookCase webhook = await WebhookCase.StartAsync(azurite, receiver.Url.AbsoluteUri, Secret);
        Assert.True(await webhook.CallAsync() >= webhook.Time.GetUtcNow() + TimeSpan.FromHours(1));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_a_failure_and_is_not_followed(int status)
    {
        await using Receiver elsewhere = await Receiver.StartAsync();
        await using Receiver receiver = await Receiver.AnsweringAsync(status, elsewhere.Url.AbsoluteUri);
        await using WebhookCase webhook = await WebhookCase.StartAsync(azurite, receiver.Url.AbsoluteUri, Secret);
        Assert.NotNull(await webhook.CallAsync());
        Assert.Equal(0, elsewhere.Connections);
        Assert.Equal(status, Assert.Single((await webhook.ReadAsync()).Calls).Status);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::ffff:127.0.0.1]")]
    public async Task No_connection_is_made_to_an_address_that_is_not_public(string host)
    {
        await using Receiver receiver = await Receiver.StartAsync(tls: true);
        await using WebhookCase webhook = await WebhookCase.StartAsync(
            azurite, $"https://{host}:{receiver.Url.Port}/", Strictly, Secret);
        Assert.NotNull(await webhook.CallAsync());
        Assert.Equal(0, receiver.Connections);
        Assert.Contains("no public address", Assert.Single((await webhook.ReadAsync()).Calls).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_http_is_not_spoken_outside_of_development()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using WebhookCase webhook = await WebhookCase.StartAsync(azurite, receiver.Url.AbsoluteUri, Strictly, Secret);
        Assert.NotNull(await webhook.CallAsync());
        Assert.Equal(0, receiver.Connections);
    }

    [Fact]
    public async Task A_receiver_that_keeps_silent_is_given_20_seconds()
    {
        TaskCompletionSource never = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Receiver receiver = await Receiver.StartAsync((_, _) => never.Task);
        await using WebhookCase webhook = await WebhookCase.StartAsync(azurite, receiver.Url.AbsoluteUri, Secret);
        Task<DateTimeOffset?> call = webhook.CallAsync();
        await receiver.CallsAsync(1);
        webhook.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.NotNull(await call);
        Assert.Contains("within 20 s", Assert.Single((await webhook.ReadAsync()).Calls).Error, StringComparison.Ordinal);
        never.SetResult();
    }

    [Fact]
    public async Task An_answer_without_end_is_not_waited_for()
    {
        TaskCompletionSource never = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Receiver receiver = await Receiver.StartAsync(async (_, context) =>
        {
            await context.Response.StartAsync();
            await context.Response.Body.FlushAsync();
            await never.Task;
        });
        await using WebhookCase webhook = await WebhookCase.StartAsync(azurite, receiver.Url.AbsoluteUri, Secret);
        Assert.Null(await webhook.CallAsync());
        Assert.Equal(WebhookState.Delivered, (await webhook.ReadAsync()).State);
        never.SetResult();
    }

    [Fact]
    public async Task A_crash_between_call_and_note_repeats_the_call_under_the_same_id()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using WebhookCase webhook = await WebhookCase.StartAsync(azurite, receiver.Url.AbsoluteUri, Secret);
        JobWebhook before = await webhook.ReadAsync();
        await webhook.CallAsync();
        await webhook.Pipeline.Store.UpdateAsync(webhook.Run.Id, job => job with { Webhook = before }, None);
        webhook.Time.Advance(TimeSpan.FromMinutes(10));
        await webhook.CallAsync();
        Assert.Equal(2, receiver.Calls.Count);
        Assert.Single(receiver.Calls.Select(call => call.Header("webhook-id")).Distinct());
        Assert.Equal(WebhookState.Delivered, (await webhook.ReadAsync()).State);
    }

    [Fact]
    public async Task A_crash_after_the_note_makes_no_call_before_its_time()
    {
        await using Receiver receiver = await Receiver.AnsweringAsync(500);
        await using WebhookCase webhook = await WebhookCase.StartAsync(azurite, receiver.Url.AbsoluteUri, Secret);
        DateTimeOffset? next = await webhook.CallAsync();
        Assert.NotNull(next);
        Assert.Equal(next, await webhook.CallAsync());
        Assert.Single(receiver.Calls);
    }

    [Fact]
    public async Task A_round_that_another_one_took_over_from_makes_no_more_calls()
    {
        await using Receiver receiver = await Receiver.AnsweringAsync(500);
        await using WebhookCase webhook = await WebhookCase.StartAsync(azurite, receiver.Url.AbsoluteUri, Secret);
        await webhook.CallAsync();
        await webhook.Pipeline.Store.UpdateAsync(webhook.Run.Id, job => job.WithRedelivery(webhook.Time.GetUtcNow()), None);
        webhook.Time.Advance(TimeSpan.FromDays(1));
        Assert.Null(await webhook.CallAsync());
        Assert.Single(receiver.Calls);
    }

    [Fact]
    public async Task Neither_record_nor_log_holds_the_url_or_a_secret()
    {
        await using Receiver receiver = await Receiver.AnsweringAsync(500);
        await using WebhookCase webhook = await WebhookCase.StartAsync(azurite, $"{receiver.Url}some-path?token=of-the-client", Secret);
        await webhook.CallAsync();
        webhook.Time.Advance(TimeSpan.FromMinutes(1));
        await receiver.DisposeAsync();
        await webhook.CallAsync();
        string record = JsonSerializer.Serialize(await webhook.Pipeline.Store.ReadAsync(webhook.Run.Id, None), PipelineJsonContext.Default.JobRecord);
        Assert.Contains("127.0.0.1", record, StringComparison.Ordinal);
        Assert.NotEmpty(webhook.Pipeline.Log.Lines);
        Assert.All([record, .. webhook.Pipeline.Log.Lines], text =>
        {
            Assert.DoesNotContain("of-the-client", text, StringComparison.Ordinal);
            Assert.DoesNotContain("some-path", text, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret["whsec_".Length..], text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_receiver_that_never_finishes_the_handshake_is_a_failed_call_on_the_schedule()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        string url = $"https://{silent.LocalEndpoint}/hook";
        ServiceDescriptor impatient = ServiceDescriptor.Singleton(services => new WebhookSender(
            services.GetRequiredService<IOptions<EvolinkOptions>>(), TimeProvider.System, new ImpatientNetwork()));
        await using WebhookCase webhook = await WebhookCase.StartAsync(azurite, url, impatient);
        Assert.Equal(webhook.Time.GetUtcNow() + TimeSpan.FromSeconds(5), (await webhook.CallAsync())!.Value, TimeSpan.FromSeconds(0.5));
        JobWebhook noted = await webhook.ReadAsync();
        Assert.Equal((WebhookState.Pending, 1), (noted.State, noted.Tries));
        WebhookCall call = Assert.Single(noted.Calls);
        Assert.Null(call.Status);
        Assert.Contains("could not be reached", call.Error, StringComparison.Ordinal);
    }

    private sealed class ImpatientNetwork : OutsideNetwork
    {
        public override TimeSpan ConnectTimeout => TimeSpan.FromSeconds(0.3);
    }
}
