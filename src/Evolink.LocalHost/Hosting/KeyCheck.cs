namespace Evolink.LocalHost.Hosting;

/// <summary>
/// Asks the real Evolink for the credits that are left, before anything is started: a wrong key is told at once and in one sentence, and
/// not by jobs that wait for it.
/// </summary>
internal static class KeyCheck
{
    /// <summary>Lets a key pass that Evolink takes, and one of which it says nothing; the simulator needs none.</summary>
    /// <exception cref="LocalHostException">Evolink refuses the key, or cannot be reached.</exception>
    public static async Task RunAsync(LocalSettings settings, CancellationToken cancellationToken)
    {
        if (settings.ApiKey is null)
            return;
        try
        {
            await ClientOf(settings).GetCreditsAsync(cancellationToken);
        }
        catch (EvolinkException failure) when (Problem(failure) is { } problem)
        {
            throw new LocalHostException(problem, failure);
        }
        catch (ArgumentException)
        {
            // Addresses are judged by the app itself, which names the setting.
        }
    }

    private static EvolinkClient ClientOf(LocalSettings settings) => new(new EvolinkClientOptions
    {
        ApiKey = settings.ApiKey,
        BaseUrl = settings.BaseUrl ?? new EvolinkClientOptions().BaseUrl,
        AllowLoopback = settings.AllowLoopback,
        ReadTimeout = TimeSpan.FromSeconds(10),
        Retry = new EvolinkRetryOptions { MaxReadRetries = 1 },
    });

    private static string? Problem(EvolinkException failure) => failure switch
    {
        { Code: EvolinkErrorCodes.ApiKeyMissing } =>
            "The API key in EVOLINK_API_KEY holds characters that no key has: set it anew. Nothing was started.",
        { StatusCode: 401 or 403, Code: not EvolinkErrorCodes.BlockedByEdge } =>
            $"Evolink refuses the API key in EVOLINK_API_KEY ({failure.Code}): set another, or none (simulator). Nothing was started.",
        { StatusCode: null or >= 500 } or { Code: EvolinkErrorCodes.BlockedByEdge } =>
            $"Evolink cannot be reached ({failure.Code}): try again, or unset EVOLINK_API_KEY for the simulator. Nothing was started.",
        // Whoever stands between may not offer the credits: no word about the key.
        _ => null,
    };
}
