namespace Evolink.Client;

/// <summary>The options as they were when the client was made, checked.</summary>
internal sealed class ClientSettings
{
    private readonly Func<string?> _key;

    public ClientSettings(EvolinkClientOptions options)
    {
        var key = options.ApiKey;
        _key = options.ApiKeySource ?? (() => key);
        BaseUrl = CheckedBase(options.BaseUrl, options.AllowLoopback, nameof(options.BaseUrl));
        FilesBaseUrl = CheckedBase(options.FilesBaseUrl, options.AllowLoopback, nameof(options.FilesBaseUrl));
        UserAgent = string.IsNullOrWhiteSpace(options.UserAgent) ? EvolinkClientOptions.DefaultUserAgent : options.UserAgent;
        SubmitTimeout = CheckedTimeout(options.SubmitTimeout, nameof(options.SubmitTimeout));
        ReadTimeout = CheckedTimeout(options.ReadTimeout, nameof(options.ReadTimeout));
        UploadTimeout = CheckedTimeout(options.UploadTimeout, nameof(options.UploadTimeout));
        TimeProvider = options.TimeProvider;
        Validation = new ValidationOptions { AllowLoopback = options.AllowLoopback };
    }

    public Uri BaseUrl { get; }

    public Uri FilesBaseUrl { get; }

    public string UserAgent { get; }

    public TimeSpan SubmitTimeout { get; }

    public TimeSpan ReadTimeout { get; }

    public TimeSpan UploadTimeout { get; }

    public TimeProvider TimeProvider { get; }

    public ValidationOptions Validation { get; }

    /// <summary>The key, fit for a header; the header class would put a bad one into its exception's message.</summary>
    public string CurrentKey()
    {
        var key = _key()?.Trim();
        if (!string.IsNullOrEmpty(key) && key.All(character => character is > ' ' and < '\x7f')) return key;
        var words = string.IsNullOrEmpty(key) ? "There is no Evolink API key" : "The Evolink API key holds characters that no key has";
        throw new EvolinkException($"{words}; set EvolinkClientOptions.ApiKey or ApiKeySource.", SubmitOutcome.NotSent)
        {
            Code = EvolinkErrorCodes.ApiKeyMissing,
            NeedsAttention = true,
        };
    }

    /// <summary>The key for removing it from messages; empty where there is none.</summary>
    public string KeyToHide() => _key()?.Trim() ?? "";

    private static TimeSpan CheckedTimeout(TimeSpan timeout, string name) => timeout > TimeSpan.Zero || timeout == Timeout.InfiniteTimeSpan
        ? timeout
        : throw new ArgumentOutOfRangeException(name, timeout, $"{name} must be longer than nothing.");

    private static Uri CheckedBase(Uri address, bool allowLoopback, string name)
    {
        ArgumentNullException.ThrowIfNull(address, name);
        var isLoopbackHttp = allowLoopback && address.IsAbsoluteUri && address.Scheme == Uri.UriSchemeHttp && PublicAddresses.IsLoopbackHost(address);
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttps && !isLoopbackHttp))
        {
            throw new ArgumentException($"{name} must be an absolute https url; http is for loopback hosts with AllowLoopback only.", name);
        }

        if (address.UserInfo.Length + address.Query.Length + address.Fragment.Length > 0)
        {
            throw new ArgumentException($"{name} must carry no credentials, query or fragment.", name);
        }

        return address.AbsolutePath.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
    }
}
