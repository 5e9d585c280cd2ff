using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Polly;
using Polly.Retry;

namespace Evolink.Client;

/// <summary>
/// Client of an Evolink.Functions app. Every call may be repeated without paying twice, so that transient trouble (no connection, 429, 502, 503, 504)
/// is waited out, for some 20 s. Thread-safe; make one and keep it.
/// </summary>
public class EvolinkAppClient
{
    private const int UsualRetries = 5;
    private const int LargestPage = 100;
    private const int BufferBytes = 128 << 10;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(25);

    // The app holds only so many answers; the others come at once.
    private static readonly TimeSpan LeastBetweenReads = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http;
    private readonly Uri _baseUrl;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline<HttpResponseMessage> _retry;

    /// <summary>Makes a client.</summary>
    /// <param name="http">Sends; its time-out must be longer than a wait (25 s) and a download. It stays the caller's.</param>
    /// <param name="baseUrl">Address of the app.</param>
    /// <param name="key">A client's or an operator's key of the app; null where the platform authenticates.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <param name="retries">How often transient trouble is waited out; 0: it is the caller's.</param>
    public EvolinkAppClient(HttpClient http, Uri baseUrl, string? key, TimeProvider? time = null, int retries = UsualRetries)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(baseUrl);
        _http = http;
        _baseUrl = baseUrl.AbsoluteUri.EndsWith('/') ? baseUrl : new Uri(baseUrl.AbsoluteUri + "/");
        _authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        _time = time ?? TimeProvider.System;
        _retry = retries == 0
            ? ResiliencePipeline<HttpResponseMessage>.Empty
            : new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = _time }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = retries,
                Delay = FirstPause,
                BackoffType = DelayBackoffType.Exponential,
                ShouldHandle = static tried => ValueTask.FromResult(
                    tried.Outcome.Exception is HttpRequestException || tried.Outcome.Result is { } answer && IsTransient(answer.StatusCode)),
                DelayGenerator = static tried => ValueTask.FromResult(
                    tried.Outcome.Result?.Headers.RetryAfter?.Delta is { } asked ? asked < LongestPause ? asked : LongestPause : (TimeSpan?)null),
                OnRetry = static tried =>
                {
                    tried.Outcome.Result?.Dispose();
                    return default;
                },
            })
            .Build();
    }

    /// <summary>For tests that replace it.</summary>
    protected EvolinkAppClient()
        : this(new HttpClient(), new Uri("http://localhost/"), key: null)
    {
    }

    /// <summary>Uploads an image, and returns its link for <see cref="VideoGenerationRequest.ImageUrls"/>.</summary>
    /// <param name="image">Its bytes: jpeg, png without alpha, bmp or webp, at most 10 MB.</param>
    /// <param name="contentType">Its type.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="EvolinkAppException">The app refused it.</exception>
    public virtual async Task<string> UploadImageAsync(byte[] image, string contentType, CancellationToken cancellationToken = default)
    {
        using HttpResponseMessage response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, At("v1/images"))
            {
                Content = new ByteArrayContent(image) { Headers = { ContentType = new MediaTypeHeaderValue(contentType) } },
            },
            cancellationToken).ConfigureAwait(false);
        EvolinkAppUpload? answer = await response.Content.ReadFromJsonAsync(EvolinkAppJsonContext.Default.EvolinkAppUpload, cancellationToken).ConfigureAwait(false);
        return answer?.Url ?? throw new EvolinkAppException("invalid_answer", "The app took the image, but did not say where it is.");
    }

    /// <summary>Starts a generation, or meets the one that was started with the same key.</summary>
    /// <param name="request">What to generate.</param>
    /// <param name="idempotencyKey">1 to 255 visible characters of ASCII: the same key meets the same job, and is paid once.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the generation may have been started.</param>
    /// <exception cref="EvolinkAppException">The app refused it.</exception>
    public virtual Task<EvolinkAppTask> StartAsync(VideoGenerationRequest request, string idempotencyKey, CancellationToken cancellationToken = default) =>
        TaskAsync(
            () =>
            {
                HttpRequestMessage message = new(HttpMethod.Post, At("v1/videos/generations"))
                {
                    Content = new ByteArrayContent(request.ToUtf8Bytes()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
                };
                message.Headers.Add("Idempotency-Key", idempotencyKey);
                return message;
            },
            cancellationToken);

    /// <summary>Reads a task.</summary>
    /// <param name="id">The job.</param>
    /// <param name="wait">How long the app may hold the answer until the status changes; whole seconds, 25 at most are waited. Null: not at all.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="EvolinkAppException">There is no such task, or the app refused.</exception>
    public virtual Task<EvolinkAppTask> GetTaskAsync(string id, TimeSpan? wait = null, CancellationToken cancellationToken = default) => TaskAsync(
        () =>
        {
            HttpRequestMessage message = new(HttpMethod.Get, Of(id));
            if (wait is { } patience)
                message.Headers.Add("Prefer", string.Create(CultureInfo.InvariantCulture, $"wait={(int)patience.TotalSeconds}"));
            return message;
        },
        cancellationToken);

    /// <summary>Follows a task to its end: yields it as it is now, and whenever it was read again. The last one is over.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Stops following; the task goes on.</param>
    /// <exception cref="EvolinkAppException">There is no such task, or the app refused.</exception>
    public virtual async IAsyncEnumerable<EvolinkAppTask> WatchAsync(
        string id, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        EvolinkAppTask task = await GetTaskAsync(id, wait: null, cancellationToken).ConfigureAwait(false);
        yield return task;
        while (!task.IsOver)
        {
            long asked = _time.GetTimestamp();
            string before = task.Status;
            task = await GetTaskAsync(id, LongestWait, cancellationToken).ConfigureAwait(false);
            TimeSpan early = LeastBetweenReads - _time.GetElapsedTime(asked);
            if (task.Status == before && early > TimeSpan.Zero)
                await Task.Delay(early, _time, cancellationToken).ConfigureAwait(false);
            yield return task;
        }
    }

    /// <summary>Stops waiting for a task that is not over. Evolink cannot cancel, and may charge what was submitted.</summary>
    /// <exception cref="EvolinkAppException">There is no such task, or it is over.</exception>
    public virtual Task<EvolinkAppTask> CancelTaskAsync(string id, CancellationToken cancellationToken = default) =>
        TaskAsync(() => new HttpRequestMessage(HttpMethod.Post, new Uri(Of(id) + "/cancel")), cancellationToken);

    /// <summary>The client's tasks, newest first, read page by page as they are asked for.</summary>
    /// <param name="status">Those of one status; null: all.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="EvolinkAppException">The app refused.</exception>
    public virtual async IAsyncEnumerable<EvolinkAppTask> ListTasksAsync(
        string? status = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? after = null;
        do
        {
            string query = string.Create(CultureInfo.InvariantCulture, $"v1/tasks?limit={LargestPage}")
                + (status is null ? "" : $"&status={Uri.EscapeDataString(status)}") + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}");
            EvolinkAppPage? page;
            using (HttpResponseMessage response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, At(query)), cancellationToken).ConfigureAwait(false))
                page = await response.Content.ReadFromJsonAsync(EvolinkAppJsonContext.Default.EvolinkAppPage, cancellationToken).ConfigureAwait(false);
            foreach (EvolinkAppTask task in page?.Data ?? throw new EvolinkAppException("invalid_answer", "The app answered without tasks."))
                yield return task;
            after = page.Next;
        }
        while (after is not null);
    }

    /// <summary>Downloads the video of a completed task, and checks it against the length and SHA-256 that the app tells.</summary>
    /// <param name="task">The task, with a link that is not dead.</param>
    /// <param name="target">Takes the bytes; what was written is only right where this does not throw.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="EvolinkAppException">There is no video, the link is dead, or it arrived damaged.</exception>
    public virtual async Task DownloadVideoAsync(EvolinkAppTask task, Stream target, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(target);
        string link = task.Link ?? throw new EvolinkAppException("result_missing", "The generation is completed, but the app gave no link to the video.");
        // A link carries its own signature, and may lead elsewhere: it never gets the key.
        using HttpResponseMessage response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, link), cancellationToken, withKey: false).ConfigureAwait(false);
        using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[BufferBytes];
        long size = 0;
        for (int read; (read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0; size += read)
        {
            hash.AppendData(buffer, 0, read);
            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }

        string sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (task.Video is { } told && (told.Size != size || !string.Equals(told.Sha256, sha256, StringComparison.OrdinalIgnoreCase)))
            throw new EvolinkAppException("download_damaged", $"The video arrived damaged: {size} bytes with SHA-256 {sha256}, expected {told.Size} with {told.Sha256}.");
    }

    /// <summary>Downloads the video of a completed task into a file, which is there whole and checked, or not at all.</summary>
    /// <param name="task">The task, with a link that is not dead.</param>
    /// <param name="file">The file, which is replaced; its folder is made.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="EvolinkAppException">There is no video, the link is dead, or it arrived damaged.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public virtual async Task DownloadVideoAsync(EvolinkAppTask task, string file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        Directory.CreateDirectory(folder);
        // Named after the job: two that want one name do not meet in it.
        string aside = Path.Combine(folder, $"{task.Id}.part");
        try
        {
            using (FileStream part = new(aside, FileMode.Create, FileAccess.Write, FileShare.None))
                await DownloadVideoAsync(task, part, cancellationToken).ConfigureAwait(false);
            File.Move(aside, file, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    /// <summary>Downloads the video of a completed task into a folder, and replaces no video of another task there.</summary>
    /// <param name="task">The task, with a link that is not dead.</param>
    /// <param name="folder">The folder; it is made.</param>
    /// <param name="name">What the file shall be called, without an extension; where that is taken, the task's id follows it.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The file.</returns>
    /// <exception cref="EvolinkAppException">There is no video, the link is dead, or it arrived damaged.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public virtual async Task<string> DownloadVideoAsync(
        EvolinkAppTask task, string folder, string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        string whole = Path.Combine(folder, $"{task.Id}.mp4");
        await DownloadVideoAsync(task, whole, cancellationToken).ConfigureAwait(false);
        string named = Path.Combine(folder, $"{name}.mp4");
        try
        {
            File.Move(whole, named, overwrite: false);
        }
        catch (IOException) when (File.Exists(named) && named != whole)
        {
            named = Path.Combine(folder, $"{name}-{task.Id}.mp4");
            File.Move(whole, named, overwrite: true);
        }

        return named;
    }

    /// <summary>Any other call of the app's, such as an operator's: JSON in, JSON out.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path below the app's address, such as <c>v1/submits/pause</c>.</param>
    /// <param name="body">The body; null: none.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="EvolinkAppException">The app refused, with its own code and words.</exception>
    public virtual async Task<JsonNode> SendAsync(HttpMethod method, string path, JsonNode? body = null, CancellationToken cancellationToken = default)
    {
        using HttpResponseMessage response = await SendAsync(
            () => new HttpRequestMessage(method, At(path))
            {
                Content = body is null ? null : new StringContent(body.ToJsonString(), MediaTypeHeaderValue.Parse("application/json")),
            },
            cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new EvolinkAppException("invalid_answer", $"The app answered {(int)response.StatusCode} {response.ReasonPhrase}, and no JSON.", (int)response.StatusCode);
        }
    }

    private Uri At(string path) => new(_baseUrl, path);

    private Uri Of(string id) => At($"v1/tasks/{Uri.EscapeDataString(id)}");

    private async Task<EvolinkAppTask> TaskAsync(Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(create, cancellationToken).ConfigureAwait(false);
        return await response.Content.ReadFromJsonAsync(EvolinkAppJsonContext.Default.EvolinkAppTask, cancellationToken).ConfigureAwait(false) is { Id.Length: > 0 } task
            ? task
            : throw new EvolinkAppException("invalid_answer", "The app answered without a task.");
    }

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> create, CancellationToken cancellationToken, bool withKey = true)
    {
        HttpResponseMessage response = await _retry.ExecuteAsync(
            async stop =>
            {
                using HttpRequestMessage request = create();
                request.Headers.Authorization = withKey ? _authorization : null;
                return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await FailureAsync(response, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private static async Task<EvolinkAppException> FailureAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        int status = (int)response.StatusCode;
        try
        {
            EvolinkErrorResponse? envelope = await response.Content.ReadFromJsonAsync(EvolinkJsonContext.Default.EvolinkErrorResponse, cancellationToken).ConfigureAwait(false);
            if (envelope?.Error is { Code: { } code } error)
                return new EvolinkAppException(code, error.Message ?? code, status);
        }
        catch (JsonException)
        {
            // Not the envelope: somebody else answered, perhaps a proxy.
        }

        return new EvolinkAppException(
            $"http_{status}", $"{response.RequestMessage?.RequestUri?.GetLeftPart(UriPartial.Path)} answered {status} {response.ReasonPhrase}.", status);
    }
}
