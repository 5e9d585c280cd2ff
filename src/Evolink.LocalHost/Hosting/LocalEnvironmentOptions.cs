namespace Evolink.LocalHost.Hosting;

/// <summary>How to run Evolink.Functions with everything it needs on this machine.</summary>
public sealed record LocalEnvironmentOptions
{
    /// <summary>Folder that keeps everything between runs.</summary>
    public string DataFolder { get; init; } = ".evolink";

    /// <summary>Port of the app on 127.0.0.1; 0: any.</summary>
    public int Port { get; init; } = 7071;

    /// <summary>Takes any free port when <see cref="Port"/> is in use, in place of failing.</summary>
    public bool AnyPortIfTaken { get; init; }

    /// <summary>How long the simulator takes for a video.</summary>
    public TimeSpan SimulatedDuration { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Folder with an installation of Azurite; default: <c>eng/azurite</c>.</summary>
    public string? AzuriteFolder { get; init; }

    /// <summary>Least level of what is logged, on standard error.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Warning;

    /// <summary>Is told in a sentence what takes long.</summary>
    public Action<string> Note { get; init; } = static _ => { };
}
