namespace Evolink.LocalHost.Cli;

/// <summary>The app refused, or the generation failed.</summary>
internal sealed class AppException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}
