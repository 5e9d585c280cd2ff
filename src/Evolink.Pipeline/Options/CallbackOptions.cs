namespace Evolink.Pipeline.Options;

/// <summary>Keys that sign the links this app hands to Evolink.</summary>
public sealed class CallbackOptions
{
    /// <summary>Id of the key that signs new links; one of <see cref="Keys"/>.</summary>
    public string? CurrentKey { get; set; }

    /// <summary>Keys by id; older ones stay until no job in flight carries their signature.</summary>
    public Dictionary<string, string> Keys { get; set; } = new(StringComparer.Ordinal);
}
