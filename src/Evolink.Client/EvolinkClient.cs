using System.Net;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using Polly;

namespace Evolink.Client;

/// <summary>Client of the Evolink video API. Immutable and thread-safe: make one and keep it.</summary>
public partial class EvolinkClient
{
    private static readonly Lazy<HttpClient> SharedHttp = new(() => new HttpClient(CreateHandler()) { Timeout = Timeout.InfiniteTimeSpan });

    private readonly ClientSettings _settings = null!;
    private readonly ApiConnection _connection = null!;
    private readonly VideoDownload _videos = null!;
    private readonly ResiliencePipeline _reads = ResiliencePipeline.Empty;
    private readonly ResiliencePipeline _submits = ResiliencePipeline.Empty;

    /// <summary>A client with default settings.</summary>
    public EvolinkClient(string apiKey)
        : this(new EvolinkClientOptions { ApiKey = apiKey })
    {
    }

    /// <summary>A client with settings, over connections shared by all clients made this way.</summary>
    public EvolinkClient(EvolinkClientOptions options)
        : this(SharedHttp.Value, options)
    {
    }

    /// <summary>A client over the caller's own connections, which should not follow redirects: see <see cref="CreateHandler"/>.</summary>
    /// <remarks>
    /// A handler that sends requests again by itself must not be put underneath: it would undo the promise about paying once.
    /// An <see cref="HttpClient.Timeout"/> shorter than the options' time-outs goes before them.
    /// </remarks>
    public EvolinkClient(HttpClient http, EvolinkClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(options);
        _settings = new ClientSettings(options);
        _connection = new ApiConnection(http, _settings);
        _reads = Retries.ForReads(options.Retry, options.TimeProvider);
        _submits = Retries.ForSubmits(options.Retry, options.TimeProvider);
        _videos = new VideoDownload(_connection, _settings, options.Retry.MaxReadRetries);
    }

    /// <summary>For mocking.</summary>
    protected EvolinkClient()
    {
    }

    /// <summary>The handler to build an own <see cref="HttpClient"/> on: no redirects, no cookies, connections renewed every five minutes.</summary>
    public static SocketsHttpHandler CreateHandler() => new()
    {
        // Evolink gets no trace ids; this client's own activities tell of its requests.
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };

    /// <summary>Starts a generation. This call costs money; it is tried again only where it surely was not sent.</summary>
    /// <exception cref="EvolinkValidationException">The request is wrong; nothing was sent.</exception>
    /// <exception cref="EvolinkException">It failed; <see cref="EvolinkException.Outcome"/> says what that means for money.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before anything was sent. Cancelled later, it is an <see cref="EvolinkException"/> of unknown outcome.</exception>
    /// <remarks>
    /// The time-out spans all tries, so that who leases a job for that long can rely on it. Without
    /// <see cref="SubmitOptions.IdempotencyKey"/> a random one is sent.
    /// </remarks>
    public virtual async Task<SubmittedTask> SubmitAsync(
        VideoGenerationRequest request, SubmitOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var issues = VideoGenerationRequestValidator.Validate(request, _settings.Validation);
        if (issues.Count > 0) throw new EvolinkValidationException(issues);
        var key = IdempotencyKey.CheckedOrNew(options?.IdempotencyKey);
        var body = request.ToUtf8Bytes();

        using var timer = new CancellationTokenSource(_settings.SubmitTimeout, _settings.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        EvolinkException? last = null;
        try
        {
            return await _submits.ExecuteAsync(async _ =>
            {
                try
                {
                    return await SubmitOnceAsync(body, key, request.Prompt, timer.Token, cancellationToken).ConfigureAwait(false);
                }
                catch (EvolinkException failure)
                {
                    last = failure;
                    throw;
                }
            }, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (last is not null && !cancellationToken.IsCancellationRequested)
        {
            // The time ran out between two tries: the last failure is what there is to tell.
            ExceptionDispatchInfo.Throw(last);
            throw;
        }
    }

    /// <summary>Reads a task. Blips are tried again.</summary>
    /// <exception cref="EvolinkException">It could not be read.</exception>
    /// <exception cref="ArgumentException">No such id can exist.</exception>
    public virtual Task<VideoTask> GetTaskAsync(string taskId, CancellationToken cancellationToken = default)
    {
        CheckTaskId(taskId);
        return _reads.ExecuteAsync(
            async token => await ReadTaskOnceAsync(taskId, token).ConfigureAwait(false), cancellationToken).AsTask();
    }

    /// <summary>Reads what credits are left. Blips are tried again.</summary>
    /// <exception cref="EvolinkException">It could not be read.</exception>
    public virtual Task<CreditBalance> GetCreditsAsync(CancellationToken cancellationToken = default) =>
        _reads.ExecuteAsync(
            async token => await ReadAsync(EvolinkClientTelemetry.GetCreditsActivity, "v1/credits", "reading the credits", CreditBalanceReader.Read, token).ConfigureAwait(false),
            cancellationToken).AsTask();

    private async Task<SubmittedTask> SubmitOnceAsync(
        byte[] body, string key, string? prompt, CancellationToken deadline, CancellationToken cancellationToken)
    {
        using var content = new TrackedContent(body);
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(_settings.BaseUrl, "v1/videos/generations")) { Content = content };
        message.Headers.Add("Idempotency-Key", key);
        var answer = await _connection.SendAsync(EvolinkClientTelemetry.SubmitActivity, message, deadline, cancellationToken).ConfigureAwait(false);
        var task = answer is { IsSuccess: true, Body: { } root } ? VideoTaskReader.Read(root) : null;
        var verdict = answer.Judge(TaskIds.IsUsable(task?.Id) ? task!.Id : null);
        return verdict.Outcome == SubmitOutcome.Accepted && task is not null
            ? new SubmittedTask(task, answer.RequestId, answer.IsReplay)
            : throw Failures.Of(answer, "submitting the generation", verdict, prompt);
    }

    private async Task<VideoTask> ReadTaskOnceAsync(string taskId, CancellationToken cancellationToken)
    {
        var task = await ReadAsync(
            EvolinkClientTelemetry.GetTaskActivity, "v1/tasks/" + Uri.EscapeDataString(taskId), "reading the task", VideoTaskReader.Read, cancellationToken)
            .ConfigureAwait(false);
        return task.Id is null ? task with { Id = taskId } : task;
    }

    private async Task<T> ReadAsync<T>(
        string operation, string path, string action, Func<JsonElement, T?> read, CancellationToken cancellationToken)
        where T : class
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, new Uri(_settings.BaseUrl, path));
        return await ReadAsync(operation, message, action, isOptional: false, read, cancellationToken).ConfigureAwait(false);
    }

    private async Task<T> ReadAsync<T>(
        string operation,
        HttpRequestMessage message,
        string action,
        bool isOptional,
        Func<JsonElement, T?> read,
        CancellationToken cancellationToken)
        where T : class
    {
        using var timer = new CancellationTokenSource(_settings.ReadTimeout, _settings.TimeProvider);
        var answer = await _connection.SendAsync(operation, message, timer.Token, cancellationToken).ConfigureAwait(false);
        if (answer is { IsSuccess: true, Body: { } body } && read(body) is { } value) return value;
        throw isOptional && answer.IsNotOffered
            ? Failures.NotOffered(answer, action)
            : Failures.Of(answer, action, answer.Judge());
    }

    private static void CheckTaskId(string taskId)
    {
        if (!TaskIds.IsUsable(taskId)) throw new ArgumentException("A task id has 1 to 200 visible ASCII characters.", nameof(taskId));
    }
}
