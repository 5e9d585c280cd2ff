namespace FunctionsHost.TestProgram;

/// <summary>What the host is to run.</summary>
internal sealed record HostArguments(string AppFolder, string? StateFolder, Dictionary<string, string?> Settings);
