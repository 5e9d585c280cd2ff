namespace Evolink.Pipeline.Options;

/// <summary>Which secrets are still missing: the app runs without them, but accepts no work.</summary>
public static class EvolinkReadiness
{
    /// <summary>The settings that intake needs and that are absent, or still hold an unresolved Key Vault reference.</summary>
    public static IReadOnlyList<string> Missing(EvolinkOptions options)
    {
        List<string> missing = [];
        if (!IsResolved(options.ApiKey))
            missing.Add("Evolink:ApiKey");
        // Nothing is signed where Evolink cannot reach the app and storage hands out its own links.
        bool signs = options.PublicBaseUrl is not null || options.VideoDelivery == VideoDelivery.Proxy;
        if (!signs)
            return WithClientKeys(options, missing);
        if (options.Callback.CurrentKey is not { Length: > 0 } current)
            missing.Add("Evolink:Callback:CurrentKey");
        else if (!IsResolved(options.Callback.Keys.GetValueOrDefault(current)))
            missing.Add($"Evolink:Callback:Keys:{current}");
        return WithClientKeys(options, missing);
    }

    /// <summary>Whether a secret is there; a Key Vault reference that could not be resolved arrives as its own text.</summary>
    public static bool IsResolved(string? secret) =>
        !string.IsNullOrWhiteSpace(secret) && !secret.StartsWith("@Microsoft.KeyVault(", StringComparison.OrdinalIgnoreCase);

    private static List<string> WithClientKeys(EvolinkOptions options, List<string> missing)
    {
        if (!options.ClientKeys.Values.Concat(options.OperatorKeys.Values).SelectMany(keys => keys.Values).Any(IsResolved))
            missing.Add("Evolink:ClientKeys");
        return missing;
    }
}
