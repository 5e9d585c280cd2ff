using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Evolink.Functions.Tests.Properties;

/// <summary>Evolink as a ledger: what was charged under which key. What it answers, and whether it answers, is the world's to draw.</summary>
/// <param name="time">The clock.</param>
/// <param name="draw">Draws a number below the one given; 0 is the ordinary case.</param>
/// <param name="videos">Where finished videos are.</param>
/// <param name="honoursKeys">Whether a key that was used before is answered with its task.</param>
internal sealed class LedgerEvolink(TimeProvider time, Func<int, int> draw, Uri videos, bool honoursKeys) : HttpMessageHandler
{
    private readonly List<PaidTask> _foreign = [];

    /// <summary>What was charged, in order.</summary>
    public List<PaidTask> Charges { get; } = [];

    /// <summary>A task that somebody else has: it can be read, and is finished.</summary>
    public PaidTask AddForeign()
    {
        PaidTask task = NewTask("foreign", string.Empty);
        task.Status = "completed";
        _foreign.Add(task);
        return task;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await Execution.PassAsync();
        HttpResponseMessage answer = request.Method == HttpMethod.Post ? await SubmitAsync(request, cancellationToken) : Read(request);
        answer.RequestMessage = request;
        return answer;
    }

    private async Task<HttpResponseMessage> SubmitAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        int fault = draw(12);
        if (fault == 1)
            throw new HttpRequestException(HttpRequestError.ConnectionError, "refused");
        JsonElement body = JsonDocument.Parse(await request.Content!.ReadAsByteArrayAsync(cancellationToken)).RootElement;
        string key = request.Headers.GetValues("Idempotency-Key").Single();
        PaidTask? known = honoursKeys ? Charges.Find(task => task.Key == key) : null;
        switch (fault)
        {
            case 2: return Refusal(429, "rate_limit_exceeded");
            case 3: return Refusal(402, "insufficient_quota");
            case 4: return Refusal(400, "invalid_request");
            case 5: return Refusal(503, "service_unavailable");
            case 6: throw new HttpRequestException(HttpRequestError.ResponseEnded, "reset before it was taken");
        }

        PaidTask taken = known ?? NewTask(key, body.TryGetProperty("callback_url", out JsonElement url) ? url.GetString()! : string.Empty);
        if (known is null)
            Charges.Add(taken);
        // Charged: the process may die before it hears of it.
        await Execution.PassAsync();
        return fault switch
        {
            7 => throw new HttpRequestException(HttpRequestError.ResponseEnded, "reset after it was taken"),
            8 => Refusal(502, "bad_gateway"),
            9 => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{}") },
            _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(View(taken)) },
        };
    }

    private HttpResponseMessage Read(HttpRequestMessage request)
    {
        string id = request.RequestUri!.Segments[^1];
        return draw(12) switch
        {
            1 => Refusal(404, "task_not_found"),
            2 => Refusal(500, "internal_error"),
            3 => Refusal(429, "rate_limit_exceeded"),
            4 => throw new HttpRequestException(HttpRequestError.ResponseEnded, "reset"),
            _ when Charges.Concat(_foreign).FirstOrDefault(task => task.Id == id) is { } task =>
                new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(View(task)) },
            _ => Refusal(404, "task_not_found"),
        };
    }

    private PaidTask NewTask(string key, string callbackUrl) =>
        new($"task-unified-{Charges.Count + _foreign.Count + 1}", key, callbackUrl, time.GetUtcNow().ToUnixTimeSeconds());

    private Dictionary<string, object?> View(PaidTask task) => new(StringComparer.Ordinal)
    {
        ["id"] = task.Id,
        ["created"] = task.Created,
        ["model"] = "wan2.6-image-to-video",
        ["object"] = "video.generation.task",
        ["status"] = task.Status,
        ["progress"] = task.Status == "completed" ? 100 : 30,
        ["task_info"] = new { estimated_time = 120 },
        ["results"] = task.Status == "completed" ? new[] { new Uri(videos, $"/{task.Id}").AbsoluteUri } : null,
        ["error"] = task.Status == "failed" ? new { code = task.ErrorCode, message = "It failed." } : null,
    };

    private static HttpResponseMessage Refusal(int status, string code) => new((HttpStatusCode)status)
    {
        Content = JsonContent.Create(new { error = new { code, message = code, type = "api_error" } }),
    };
}

/// <summary>A task that was paid for.</summary>
internal sealed class PaidTask(string id, string key, string callbackUrl, long created)
{
    public string Id { get; } = id;

    public string Key { get; } = key;

    public string CallbackUrl { get; } = callbackUrl;

    public long Created { get; } = created;

    public string Status { get; set; } = "processing";

    public string? ErrorCode { get; set; }

    public int Callbacks { get; set; }
}
