namespace Evolink.Client;

/// <summary>The options as they were when the client was made, checked.</summary>
internal sealed class ClientSettings
{
    private readonly Func<CancellationToken, ValueTask<string?>>? _key;

    /// <exception cref="ArgumentException">An address or a time-out cannot be used.</exception>
    public ClientSettings(EvolinkClientOptions options)
    {
        _key = options.ApiKeySource ?? Fixed(options.ApiKey ?? "");
        BaseUrl = CheckedBase(options.BaseUrl, options.AllowLoopback, nameof(options.BaseUrl));
        FilesBaseUrl = CheckedFilesBase(options, BaseUrl);
        UserAgent = Named(options.UserAgent);
        SubmitTimeout = CheckedTimeout(options.SubmitTimeout, nameof(options.SubmitTimeout));
        ReadTimeout = CheckedTimeout(options.ReadTimeout, nameof(options.ReadTimeout));
        UploadTimeout = CheckedTimeout(options.UploadTimeout, nameof(options.UploadTimeout));
        TimeProvider = options.TimeProvider;
        Validation = new ValidationOptions { AllowLoopback = options.AllowLoopback };
    }

    /// <exception cref="ArgumentException">The address or the time-out cannot be used.</exception>
    public ClientSettings(EvolinkAppClientOptions options)
    {
        _key = options.ApiKeySource ?? (options.ApiKey is { } key ? Fixed(key) : null);
        BaseUrl = CheckedAppBase(options.BaseUrl, options.AllowHttp, nameof(options.BaseUrl));
        UserAgent = Named(options.UserAgent);
        SubmitTimeout = ReadTimeout = UploadTimeout = CheckedTimeout(options.Timeout, nameof(options.Timeout));
        TimeProvider = options.TimeProvider;
        Validation = new ValidationOptions();
    }

    public Uri BaseUrl { get; }

    /// <summary>Where the Files API is; <see langword="null"/>: where the API is stands an app, which takes images itself.</summary>
    public Uri? FilesBaseUrl { get; }

    public string UserAgent { get; }

    public TimeSpan SubmitTimeout { get; }

    public TimeSpan ReadTimeout { get; }

    public TimeSpan UploadTimeout { get; }

    public TimeProvider TimeProvider { get; }

    public ValidationOptions Validation { get; }

    /// <summary>
    /// The key, fit for a header; the header class would put a bad one into its exception's message. <see langword="null"/> where none is
    /// to be sent.
    /// </summary>
    /// <exception cref="EvolinkException">There is none although one is needed, or its source failed; nothing was sent.</exception>
    public async ValueTask<string?> ReadKeyAsync(CancellationToken cancellationToken)
    {
        if (_key is null)
            return null;
        string? key;
        try
        {
            ValueTask<string?> asked = _key(cancellationToken);
            // A source that does not look at the token must not hold a submit beyond its time.
            key = asked.IsCompletedSuccessfully
                ? asked.Result
                : await asked.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
            key = key?.Trim();
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw NoKey("The source of the API key failed", isTransient: true, failure);
        }

        if (!string.IsNullOrEmpty(key) && key.All(character => character is > ' ' and < '\x7f'))
            return key;
        throw NoKey(
            string.IsNullOrEmpty(key) ? "There is no API key" : "The API key holds characters that no key has", isTransient: false, null);
    }

    private static Func<CancellationToken, ValueTask<string?>> Fixed(string key) => _ => ValueTask.FromResult<string?>(key);

    private static EvolinkException NoKey(string words, bool isTransient, Exception? failure) =>
        new($"{words}; set ApiKey or ApiKeySource of the client's options.", SubmitOutcome.NotSent, failure)
        {
            Code = EvolinkErrorCodes.ApiKeyMissing,
            IsTransient = isTransient,
            NeedsAttention = true,
        };

    private static string Named(string? userAgent) =>
        string.IsNullOrWhiteSpace(userAgent) ? EvolinkClientOptions.DefaultUserAgent : userAgent;

    private static TimeSpan CheckedTimeout(TimeSpan timeout, string name) => timeout > TimeSpan.Zero || timeout == Timeout.InfiniteTimeSpan
        ? timeout
        : throw new ArgumentOutOfRangeException(name, timeout, $"{name} must be longer than nothing.");

    private static Uri? CheckedFilesBase(EvolinkClientOptions options, Uri baseUrl)
    {
        if (options.FilesBaseUrl is { } given)
            return CheckedBase(given, options.AllowLoopback, nameof(options.FilesBaseUrl));
        // Only Evolink's own key goes to Evolink's file host.
        return string.Equals(baseUrl.Host, EvolinkClientOptions.EvolinkApi.Host, StringComparison.OrdinalIgnoreCase)
            ? EvolinkClientOptions.EvolinkFiles
            : null;
    }

    private static Uri CheckedBase(Uri address, bool allowLoopback, string name)
    {
        ArgumentNullException.ThrowIfNull(address, name);
        bool isLoopbackHttp = allowLoopback && IsHttp(address) && PublicAddresses.IsLoopbackHost(address);
        return IsHttps(address) || isLoopbackHttp
            ? Bare(address, name)
            : throw new ArgumentException(
                $"{name} must be an absolute https url; http is for loopback hosts with AllowLoopback only.", name);
    }

    private static Uri CheckedAppBase(Uri? address, bool allowHttp, string name)
    {
        ArgumentNullException.ThrowIfNull(address, name);
        return IsHttps(address) || (IsHttp(address) && (allowHttp || PublicAddresses.IsLoopbackHost(address)))
            ? Bare(address, name)
            : throw new ArgumentException($"{name} must be an absolute https url; http is for loopback hosts, or with AllowHttp.", name);
    }

    private static bool IsHttps(Uri address) => address.IsAbsoluteUri && address.Scheme == Uri.UriSchemeHttps;

    private static bool IsHttp(Uri address) => address.IsAbsoluteUri && address.Scheme == Uri.UriSchemeHttp;

    private static Uri Bare(Uri address, string name)
    {
        if (address.UserInfo.Length + address.Query.Length + address.Fragment.Length > 0)
        {
            throw new ArgumentException($"{name} must carry no credentials, query or fragment.", name);
        }

        return address.AbsolutePath.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
    }
}
