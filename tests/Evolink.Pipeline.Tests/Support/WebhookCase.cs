using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Webhooks;
using Evolink.Testing;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Pipeline.Tests.Support;

/// <summary>A job of client <c>alice</c> that is over and whose end is to be told.</summary>
internal sealed class WebhookCase : IAsyncDisposable
{
    public const string Body = """{"id":"gen-1","status":"failed"}""";

    private WebhookCase(TestPipeline pipeline, ManualTimeProvider time, WebhookRun run) => (Pipeline, Time, Run) = (pipeline, time, run);

    public TestPipeline Pipeline { get; }

    public ManualTimeProvider Time { get; }

    public WebhookRun Run { get; }

    public static Task<WebhookCase> StartAsync(AzuriteFixture azurite, string url, params string[] secrets) =>
        StartAsync(azurite, url, _ => { }, null, secrets);

    public static Task<WebhookCase> StartAsync(AzuriteFixture azurite, string url, ServiceDescriptor sender) =>
        StartAsync(azurite, url, _ => { }, sender, []);

    public static Task<WebhookCase> StartAsync(
        AzuriteFixture azurite, string url, Action<EvolinkOptions> configure, params string[] secrets) =>
        StartAsync(azurite, url, configure, null, secrets);

    private static async Task<WebhookCase> StartAsync(
        AzuriteFixture azurite, string url, Action<EvolinkOptions> configure, ServiceDescriptor? sender, string[] secrets)
    {
        ManualTimeProvider time = new();
        TestPipeline pipeline = await TestPipeline.StartAsync(azurite, time: time, configure: options =>
        {
            options.Webhooks.Secrets["alice"] = secrets.Index().ToDictionary(secret => $"{secret.Index}", secret => secret.Item, StringComparer.Ordinal);
            configure(options);
        }, replaced: sender);
        VideoGenerationRequest request = new() { Prompt = "A cat", ImageUrls = ["https://example.com/cat.png"], CallbackUrl = url };
        JobRecord job = Jobs.Accepted() with { RequestDigest = RequestDigest.Of(request), Webhook = JobWebhook.Of(url) };
        await pipeline.Store.CreateAsync(job, new StoredRequest(request, []), CancellationToken.None);
        job = await pipeline.Store.UpdateAsync(job.Id, record => record.WithError(new JobError("a", "b"), time.GetUtcNow()).WithEnd(time.GetUtcNow()), CancellationToken.None);
        return new WebhookCase(pipeline, time, WebhookRun.DueFor(job)!);
    }

    public Task<DateTimeOffset?> CallAsync() => Pipeline.Webhooks.CallAsync(Run, (_, _) => Task.FromResult(System.Text.Encoding.UTF8.GetBytes(Body)), CancellationToken.None);

    public async Task<JobWebhook> ReadAsync() => (await Pipeline.Store.ReadAsync(Run.Id, CancellationToken.None)).Webhook!;

    public ValueTask DisposeAsync() => Pipeline.DisposeAsync();
}
