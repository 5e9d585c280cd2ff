namespace Evolink.Client;

/// <summary>Client of the Evolink video API. Immutable and thread-safe: make one and keep it.</summary>
public class EvolinkClient
{
    /// <summary>A client with default settings.</summary>
    public EvolinkClient(string apiKey)
        : this(new EvolinkClientOptions { ApiKey = apiKey })
    {
    }

    /// <summary>A client with settings, over connections shared by all clients made this way.</summary>
    public EvolinkClient(EvolinkClientOptions options) => throw new NotSupportedException("Follows.");

    /// <summary>A client over the caller's own connections, which should not follow redirects: see <see cref="CreateHandler"/>.</summary>
    public EvolinkClient(HttpClient http, EvolinkClientOptions options) => throw new NotSupportedException("Follows.");

    /// <summary>For mocking.</summary>
    protected EvolinkClient()
    {
    }

    /// <summary>The handler to build an own <see cref="HttpClient"/> on: no redirects, no cookies, connections renewed every five minutes.</summary>
    public static SocketsHttpHandler CreateHandler() => throw new NotSupportedException("Follows.");

    /// <summary>Starts a generation. This call costs money; it is tried again only where it surely was not sent.</summary>
    /// <exception cref="EvolinkValidationException">The request is wrong; nothing was sent.</exception>
    /// <exception cref="EvolinkException">It failed; <see cref="EvolinkException.Outcome"/> says what that means for money.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before anything was sent. Cancelled later, it is an <see cref="EvolinkException"/> of unknown outcome.</exception>
    public virtual Task<SubmittedTask> SubmitAsync(
        VideoGenerationRequest request, SubmitOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Follows.");

    /// <summary>Reads a task. Blips are tried again.</summary>
    /// <exception cref="EvolinkException">It could not be read.</exception>
    public virtual Task<VideoTask> GetTaskAsync(string taskId, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Follows.");

    /// <summary>Reads a task until it has ended, whether well or not.</summary>
    /// <exception cref="EvolinkException">It could not be read, or did not end in time (<see cref="EvolinkErrorCodes.WaitExpired"/>).</exception>
    public virtual Task<VideoTask> WaitForCompletionAsync(
        string taskId, WaitOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Follows.");

    /// <summary>Reads what credits are left. Blips are tried again.</summary>
    /// <exception cref="EvolinkException">It could not be read.</exception>
    public virtual Task<CreditBalance> GetCreditsAsync(CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Follows.");

    /// <summary>Gives Evolink an image to keep for 72 hours. Sent once: costs nothing, and may be called again.</summary>
    /// <exception cref="EvolinkException">It was not taken.</exception>
    public virtual Task<UploadedImage> UploadImageAsync(
        Stream image, string fileName, string contentType, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Follows.");
}
