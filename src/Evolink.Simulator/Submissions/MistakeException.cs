namespace Evolink.Simulator;

/// <summary>The first mistake of a submit.</summary>
internal sealed class MistakeException(string? param, string message) : Exception(message)
{
    /// <summary>Where it is.</summary>
    public string? Param => param;

    /// <summary>Whether the key may not use the model, which is no mistake of the body's.</summary>
    public bool IsDenied { get; init; }
}
