using System.Collections.Concurrent;
using Evolink.Client;
using Evolink.Functions.Http;
using Evolink.Functions.Tests.Properties;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Functions.Tests.Support;

/// <summary>
/// The app's services over storage and Evolink in memory, with a clock that the test moves, and an engine that notes who is woken.
/// </summary>
internal sealed class OneProcess : IDisposable
{
    private readonly LedgerEvolink _evolink;
    private readonly ServiceProvider _services;

    public OneProcess(Action<EvolinkOptions>? configure = null)
    {
        Storage = new MemoryStorage(Time);
        _evolink = new LedgerEvolink(Time, _ => 0, new Uri("https://videos.example.com/"), honoursKeys: false);
        Durable = new WakingClient((instance, payload) => Woken.Enqueue((instance, payload)));
        _services = WorldServices.Build(Storage, _evolink, Time, Durable, seed: 1, configure ?? (_ => { }));
    }

    public ManualTimeProvider Time { get; } = new();

    public MemoryStorage Storage { get; }

    public DurableTaskClient Durable { get; }

    /// <summary>The events that were raised: the instance, and what they carried.</summary>
    public ConcurrentQueue<(string Instance, object? Payload)> Woken { get; } = [];

    public GenerationStore Store => Get<GenerationStore>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Writes a job of client alice as intake does, changed as given.</summary>
    public async Task<JobRecord> AcceptAsync(Func<JobRecord, JobRecord>? change = null)
    {
        DateTimeOffset now = Time.GetUtcNow();
        VideoGenerationRequest request = new() { Prompt = "A cat playing piano", ImageUrls = ["https://example.com/cat.png"] };
        JobRecord job = new()
        {
            Id = JobId.New(),
            Client = "alice",
            Hub = "evolink",
            Source = "queue",
            RequestDigest = RequestDigest.Of(request),
            Model = VideoGenerationRequest.Wan26ImageToVideo,
            AcceptedAt = now,
            UpdatedAt = now,
        };
        job = change?.Invoke(job) ?? job;
        await Store.CreateAsync(job, new StoredRequest(request, []), CancellationToken.None);
        return job;
    }

    /// <summary>A request of alice's.</summary>
    public static HttpRequest Request(string query = "", Stream? body = null)
    {
        DefaultHttpContext http = new() { Caller = new Caller("alice", IsOperator: false) };
        (http.Request.Scheme, http.Request.Host) = ("https", new HostString("app.example.com"));
        http.Request.QueryString = new QueryString(query);
        http.Request.Body = body ?? Stream.Null;
        return http.Request;
    }

    public void Dispose()
    {
        _services.Dispose();
        _evolink.Dispose();
        Storage.Dispose();
    }
}
