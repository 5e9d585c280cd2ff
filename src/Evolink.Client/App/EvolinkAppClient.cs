using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Polly;

namespace Evolink.Client;

/// <summary>
/// Client of an Evolink.Functions app. Every call may be repeated without paying twice, so that transient trouble is waited out
/// (<see cref="EvolinkAppClientOptions.MaxRetries"/>). Immutable and thread-safe: make one and keep it.
/// </summary>
public partial class EvolinkAppClient
{
    /// <summary>What the app holds an answer for at most, in <see cref="GetTaskAsync"/>: 60 s.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private const int LargestPage = 100;

    // A page of 100 tasks, each with what it may carry of its client's.
    private const int MaxAnswerBytes = 16 << 20;

    private static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(25);

    // The app holds only so many answers; the others come at once.
    private static readonly TimeSpan LeastBetweenReads = TimeSpan.FromSeconds(1);

    private static readonly Lazy<HttpClient> SharedHttp =
        new(() => new HttpClient(EvolinkClient.CreateHandler()) { Timeout = Timeout.InfiniteTimeSpan });

    private readonly ClientSettings _settings = null!;
    private readonly ApiConnection _connection = null!;
    private readonly VideoDownload _videos = null!;
    private readonly ResiliencePipeline _retry = ResiliencePipeline.Empty;

    /// <summary>A client with default settings.</summary>
    /// <param name="baseUrl">Address of the app.</param>
    /// <param name="apiKey">A client's or an operator's key of the app.</param>
    /// <exception cref="ArgumentException">The address cannot be used.</exception>
    public EvolinkAppClient(Uri baseUrl, string apiKey)
        : this(new EvolinkAppClientOptions { BaseUrl = baseUrl, ApiKey = apiKey })
    {
    }

    /// <summary>A client with settings, over connections shared by all clients made this way.</summary>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public EvolinkAppClient(EvolinkAppClientOptions options)
        : this(SharedHttp.Value, options)
    {
    }

    /// <summary>
    /// A client over the caller's own connections, which should not follow redirects: see <see cref="EvolinkClient.CreateHandler"/>. An
    /// <see cref="HttpClient.Timeout"/> shorter than the options' goes before it.
    /// </summary>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public EvolinkAppClient(HttpClient http, EvolinkAppClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(options);
        _settings = new ClientSettings(options);
        _connection = new ApiConnection(http, _settings, MaxAnswerBytes);
        _videos = new VideoDownload(_connection, _settings, options.MaxRetries);
        _retry = Retries.ForApp(options.MaxRetries, options.TimeProvider);
    }

    /// <summary>For mocking.</summary>
    protected EvolinkAppClient()
    {
    }

    /// <summary>Uploads an image, and returns its link for <see cref="VideoGenerationRequest.ImageUrls"/>.</summary>
    /// <param name="image">Its bytes: jpeg, png without alpha, bmp or webp, at most 10 MB, each side 360 to 2000 pixels.</param>
    /// <param name="contentType">Its type.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The link, to the letter in its <see cref="Uri.OriginalString"/>. The same image has the same link.</returns>
    /// <exception cref="EvolinkException">The app refused it.</exception>
    public virtual async Task<Uri> UploadImageAsync(
        ReadOnlyMemory<byte> image, string contentType, CancellationToken cancellationToken = default)
    {
        MediaTypeHeaderValue type = MediaTypeHeaderValue.Parse(contentType);
        UploadedImage uploaded = await CallAsync(
            () => new HttpRequestMessage(HttpMethod.Post, At("v1/images"))
            {
                Content = new ReadOnlyMemoryContent(image) { Headers = { ContentType = type } },
            },
            "uploading the image",
            UploadedImageReader.ReadOfApp,
            cancellationToken).ConfigureAwait(false);
        return uploaded.FileUrl;
    }

    /// <summary>Starts a generation, or meets the one that was started with the same key.</summary>
    /// <param name="request">What to generate.</param>
    /// <param name="idempotencyKey">
    /// 1 to 255 visible ASCII characters: the same key meets the same job, which is paid once, also when this process dies and a later
    /// one asks again. Without one a random key holds for the tries of this call.
    /// </param>
    /// <param name="cancellationToken">Stops waiting for the answer; the generation may have been started.</param>
    /// <exception cref="EvolinkException">The app refused it, or did not answer; the same call may be made again.</exception>
    /// <exception cref="ArgumentException">No such key is allowed.</exception>
    public virtual Task<EvolinkAppTask> StartAsync(
        VideoGenerationRequest request, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        byte[] body = request.ToUtf8Bytes();
        return CallAsync(
            Post("v1/videos/generations", body, IdempotencyKey.CheckedOrNew(idempotencyKey)),
            "starting the generation",
            EvolinkAppTask.Read,
            cancellationToken);
    }

    /// <summary>Reads a task.</summary>
    /// <param name="id">The job.</param>
    /// <param name="wait">
    /// How long the app may hold the answer until the status changes (<c>Prefer: wait</c>): whole seconds, at most
    /// <see cref="LongestWait"/>. <see langword="null"/>: not at all.
    /// </param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="EvolinkException">There is no such task, or the app refused.</exception>
    public virtual Task<EvolinkAppTask> GetTaskAsync(string id, TimeSpan? wait = null, CancellationToken cancellationToken = default)
    {
        Uri address = OfTask(id);
        return CallAsync(
            () =>
            {
                HttpRequestMessage message = new(HttpMethod.Get, address);
                if (wait is { } patience)
                {
                    double seconds = Math.Clamp(Math.Floor(patience.TotalSeconds), 0, LongestWait.TotalSeconds);
                    message.Headers.Add("Prefer", string.Create(CultureInfo.InvariantCulture, $"wait={seconds:0}"));
                }

                return message;
            },
            "reading the task",
            EvolinkAppTask.Read,
            cancellationToken);
    }

    /// <summary>Reads what a task was asked for, as it was sent.</summary>
    /// <exception cref="EvolinkException">There is no such task, or the app refused.</exception>
    public virtual Task<VideoGenerationRequest> GetRequestAsync(string id, CancellationToken cancellationToken = default)
    {
        Uri address = OfTask(id, "/request");
        return CallAsync(
            () => new HttpRequestMessage(HttpMethod.Get, address),
            "reading the request",
            static body => body.Deserialize(EvolinkJsonContext.Default.VideoGenerationRequest),
            cancellationToken);
    }

    /// <summary>Follows a task to its end: yields it as it is now, and whenever it was read again. The last one is over.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Stops following; the task goes on.</param>
    /// <exception cref="EvolinkException">There is no such task, or the app refused.</exception>
    public virtual async IAsyncEnumerable<EvolinkAppTask> WatchAsync(
        string id, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        EvolinkAppTask task = await GetTaskAsync(id, wait: null, cancellationToken).ConfigureAwait(false);
        yield return task;
        while (!task.IsOver)
        {
            long asked = _settings.TimeProvider.GetTimestamp();
            VideoTaskStatus before = task.Status;
            task = await GetTaskAsync(id, UsualWait, cancellationToken).ConfigureAwait(false);
            TimeSpan early = LeastBetweenReads - _settings.TimeProvider.GetElapsedTime(asked);
            if (task.Status == before && early > TimeSpan.Zero)
                await Task.Delay(early, _settings.TimeProvider, cancellationToken).ConfigureAwait(false);
            yield return task;
        }
    }

    /// <summary>Stops waiting for a task that is not over. Evolink cannot cancel, and may charge what was submitted.</summary>
    /// <exception cref="EvolinkException">There is no such task, or the app refused.</exception>
    public virtual Task<EvolinkAppTask> CancelTaskAsync(string id, CancellationToken cancellationToken = default) =>
        CallAsync(Post(OfTask(id, "/cancel")), "cancelling the task", EvolinkAppTask.Read, cancellationToken);

    /// <summary>Delivers the end of a task to its <c>callback_url</c> once more.</summary>
    /// <exception cref="EvolinkException">
    /// There is no such task, it has no <c>callback_url</c> (<c>no_callback_url</c>), is not over (<c>job_not_over</c>), or the app
    /// refused.
    /// </exception>
    public virtual Task<EvolinkAppTask> RedeliverAsync(string id, CancellationToken cancellationToken = default) =>
        CallAsync(Post(OfTask(id, "/redeliver")), "delivering the end of the task", EvolinkAppTask.Read, cancellationToken);

    /// <summary>The client's tasks, newest first, read page by page as they are asked for.</summary>
    /// <param name="status">Those of one status; null: all.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="EvolinkException">The app refused.</exception>
    public virtual async IAsyncEnumerable<EvolinkAppTask> ListTasksAsync(
        VideoTaskStatus? status = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? after = null;
        do
        {
            Uri address = At("v1/tasks" + Query(("limit", LargestPage), ("status", status?.Value), ("after", after)));
            (List<EvolinkAppTask> tasks, after) = await CallAsync(
                () => new HttpRequestMessage(HttpMethod.Get, address), "listing the tasks", ReadTasks, cancellationToken)
                .ConfigureAwait(false);
            foreach (EvolinkAppTask task in tasks)
                yield return task;
        }
        while (after is not null);
    }

    /// <summary>Any other call of the app's, such as an operator's: JSON in, JSON out.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path below the app's address, such as <c>v1/submits/pause</c>.</param>
    /// <param name="body">The body; null: none.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="EvolinkException">The app refused, with its own code and words.</exception>
    /// <exception cref="ArgumentException">The path leads elsewhere.</exception>
    public virtual Task<JsonNode> SendAsync(
        HttpMethod method, string path, JsonNode? body = null, CancellationToken cancellationToken = default)
    {
        Uri address = At(path);
        string? json = body?.ToJsonString();
        return CallAsync(
            () => new HttpRequestMessage(method, address)
            {
                Content = json is null ? null : new StringContent(json, new MediaTypeHeaderValue("application/json")),
            },
            "calling the app",
            static answer => JsonNode.Parse(answer.GetRawText()),
            cancellationToken);
    }
}
