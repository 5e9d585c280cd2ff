namespace Evolink.Pipeline.Options;

/// <summary>How the calls to the clients' own <c>callback_url</c> are signed.</summary>
public sealed class WebhookOptions
{
    /// <summary>Secrets of the clients: name, then one or more (<c>whsec_</c> and base64 of 24 to 64 bytes). Every call carries a signature of each, so that one can be rotated.</summary>
    public Dictionary<string, Dictionary<string, string>> Secrets { get; set; } = new(StringComparer.Ordinal);
}
