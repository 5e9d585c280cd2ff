using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Evolink.Benchmarks.Copy;

namespace Evolink.Benchmarks.Servers;

/// <summary>
/// The Evolink API as far as one good generation needs it, so light that it is not the limit. Tasks end after a time of their own, and then call back, or when they are told to.
/// </summary>
internal sealed class LoopbackProvider(long videoBytes, TimeSpan? taskTime) : LoopbackServer
{
    private readonly int _estimate = taskTime is { TotalSeconds: >= 1 } known ? (int)Math.Ceiling(known.TotalSeconds) : 120;

    private readonly LoopbackSource _videos = new(TimeProvider.System);
    private readonly ConcurrentDictionary<string, ProviderTask> _tasks = new(StringComparer.Ordinal);
    private readonly HttpClient _callbacks = new(new SocketsHttpHandler { UseProxy = false });
    private readonly string _run = Guid.NewGuid().ToString("N")[..8];
    private int _submits;
    private int _reads;

    public int Submits => Volatile.Read(ref _submits);

    public int Reads => Volatile.Read(ref _reads);

    public int Downloads => _videos.HeadsSent.Count;

    public IReadOnlyCollection<ProviderTask> Tasks => [.. _tasks.Values];

    /// <summary>What a task's callback says, as bytes of a whole request.</summary>
    public static byte[] CallbackRequest(ProviderTask task, string status) => CallbackRequest(task.Callback, Body(task, status, link: null));

    /// <summary>A POST as bytes.</summary>
    public static byte[] CallbackRequest(Uri target, string body) => Encoding.UTF8.GetBytes(
        $"POST {target.PathAndQuery} HTTP/1.1\r\nHost: {target.Authority}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _videos.DisposeAsync();
        _callbacks.Dispose();
    }

    protected override async Task AnswerAsync(Request request, CancellationToken cancellationToken)
    {
        byte[] body = await request.ReadAsync(cancellationToken);
        switch (request.Method)
        {
            case "POST":
                ProviderTask task = Accept(body);
                await AnswerAsync(request, Body(task, "pending", link: null, _estimate), cancellationToken);
                if (taskTime is { } wait)
                    _ = EndAsync(task, wait, cancellationToken);
                break;
            case "GET" when _tasks.TryGetValue(request.Target[(request.Target.LastIndexOf('/') + 1)..], out ProviderTask? known):
                Interlocked.Increment(ref _reads);
                await AnswerAsync(request, known.IsDone ? Body(known, "completed", _videos.Link(videoBytes)) : Body(known, "processing", link: null), cancellationToken);
                break;
            default:
                await request.SendAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", cancellationToken);
                break;
        }
    }

    private ProviderTask Accept(byte[] body)
    {
        using JsonDocument request = JsonDocument.Parse(body);
        string id = string.Create(CultureInfo.InvariantCulture, $"task-unified-{_run}-{Interlocked.Increment(ref _submits):D8}");
        ProviderTask task = new(id, request.RootElement.TryGetProperty("callback_url", out JsonElement url) ? new Uri(url.GetString()!) : new Uri("http://127.0.0.1/"));
        _tasks[id] = task;
        return task;
    }

    private async Task EndAsync(ProviderTask task, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, TimeProvider.System, cancellationToken);
        task.End();
        if (task.Callback.AbsolutePath == "/")
            return;
        using StringContent body = new(Body(task, "completed", _videos.Link(videoBytes)), Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await _callbacks.PostAsync(task.Callback, body, cancellationToken);
    }

    private static string Body(ProviderTask task, string status, string? link, int estimate = 120)
    {
        string results = link is null ? "null" : $"[\"{link}\"]";
        return string.Create(
            CultureInfo.InvariantCulture,
            $$$"""
            {"created":1767225600,"id":"{{{task.Id}}}","model":"wan2.6-image-to-video","object":"video.generation.task","progress":{{{(link is null ? 0 : 100)}}},"results":{{{results}}},
            "status":"{{{status}}}","task_info":{"can_cancel":true,"estimated_time":{{{estimate}}}},"type":"video","usage":{"billing_rule":"per_second","credits_reserved":50,"user_group":"default"}}
            """);
    }

    private static Task AnswerAsync(Request request, string json, CancellationToken cancellationToken) => request.SendAsync(
        $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}", cancellationToken);
}

/// <summary>A task of <see cref="LoopbackProvider"/>.</summary>
internal sealed class ProviderTask(string id, Uri callback)
{
    private volatile bool _done;

    public string Id { get; } = id;

    public Uri Callback { get; } = callback;

    /// <summary>The job that it is for: the callback's path ends with it.</summary>
    public string Job => Callback.Segments[^1];

    public bool IsDone => _done;

    public long EndedAt { get; private set; }

    public void End()
    {
        EndedAt = TimeProvider.System.GetTimestamp();
        _done = true;
    }
}
