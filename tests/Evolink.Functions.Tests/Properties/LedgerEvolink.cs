using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Evolink.Functions.Tests.Properties;

/// <summary>Evolink as a ledger: what was charged under which key. What it answers, and whether it answers, is the world's to draw.</summary>
/// <param name="time">The clock.</param>
/// <param name="draw">Draws a number below the one given; 0 is the ordinary case.</param>
/// <param name="videos">Where finished videos are.</param>
/// <param name="honoursKeys">Whether a key that was used before is answered with its task.</param>
/// <param name="isShared">Whether others use the account: beside each task there is one of theirs.</param>
internal sealed class LedgerEvolink(TimeProvider time, Func<int, int> draw, Uri videos, bool honoursKeys, bool isShared = false) : HttpMessageHandler
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
        // What was given up before it left does not arrive minutes later.
        cancellationToken.ThrowIfCancellationRequested();
        HttpResponseMessage answer = request.Method == HttpMethod.Post ? await SubmitAsync(request, cancellationToken)
            : request.RequestUri!.AbsolutePath == "/v1/tasks" ? List(request)
            : Read(request);
        answer.RequestMessage = request;
        return answer;
    }

    private async Task<HttpResponseMessage> SubmitAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        int fault = draw(12);
        if (fault == 1)
            throw new HttpRequestException(HttpRequestError.ConnectionError, "refused");
        byte[] sent = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        JsonElement body = JsonDocument.Parse(sent).RootElement;
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
        {
            taken.Body = Encoding.UTF8.GetString(sent);
            taken.Model = body.GetProperty("model").GetString()!;
            taken.Results = body.TryGetProperty("n", out JsonElement results) && results.TryGetInt32(out int count) ? Math.Clamp(count, 1, 3) : 1;
            taken.ListedFrom = time.GetUtcNow() + TimeSpan.FromSeconds(30 * draw(4));
            Charges.Add(taken);
            if (isShared)
                AddForeign().ListedFrom = time.GetUtcNow();
        }

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

    // Two on a page, so that there are pages; it lags by up to 90 s, and those of others stand in it where the account is shared.
    private HttpResponseMessage List(HttpRequestMessage request)
    {
        switch (draw(8))
        {
            case 1: return Refusal(500, "internal_error");
            case 2: return Refusal(404, "not_found");
            case 3: throw new HttpRequestException(HttpRequestError.ResponseEnded, "reset");
        }

        int page = int.Parse(System.Web.HttpUtility.ParseQueryString(request.RequestUri!.Query)["page"]!, System.Globalization.CultureInfo.InvariantCulture);
        PaidTask[] listed = [.. Charges.Concat(isShared ? _foreign : []).Where(task => task.ListedFrom <= time.GetUtcNow()).OrderByDescending(task => task.Created)];
        return new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = JsonContent.Create(new
            {
                data = listed.Skip((page - 1) * 2).Take(2).Select(task => new { id = task.Id, status = task.Status, model = task.Model, type = "video", created_at = task.Created }),
                total = listed.Length,
            }),
        };
    }

    private PaidTask NewTask(string key, string callbackUrl) =>
        new($"task-unified-{Charges.Count + _foreign.Count + 1}", key, callbackUrl, time.GetUtcNow().ToUnixTimeSeconds());

    private Dictionary<string, object?> View(PaidTask task) => new(StringComparer.Ordinal)
    {
        ["id"] = task.Id,
        ["created"] = task.Created,
        ["model"] = task.Model,
        ["object"] = "video.generation.task",
        ["status"] = task.Status,
        ["progress"] = task.Status == "completed" ? 100 : 30,
        ["task_info"] = new { estimated_time = 120 },
        ["results"] = task.Status == "completed" ? task.ResultIds.Select(id => new Uri(videos, $"/{id}").AbsoluteUri).ToArray() : null,
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

    /// <summary>The body that was paid for.</summary>
    public string Body { get; set; } = "";

    public string Model { get; set; } = "wan2.6-image-to-video";

    /// <summary>How many results it has.</summary>
    public int Results { get; set; } = 1;

    /// <summary>What the results are called where they are served.</summary>
    public IEnumerable<string> ResultIds => Enumerable.Range(1, Results).Select(number => number == 1 ? Id : $"{Id}-r{number}");

    public string Status { get; set; } = "processing";

    public string? ErrorCode { get; set; }

    public int Callbacks { get; set; }

    /// <summary>When the account's list shows it first.</summary>
    public DateTimeOffset ListedFrom { get; set; }
}
