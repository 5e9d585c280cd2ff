namespace FunctionsHost;

/// <summary>Which function app to run, and how.</summary>
public sealed record FunctionAppOptions
{
    /// <summary>The app's build or publish output: the folder with <c>host.json</c>, <c>worker.config.json</c> and <c>.azurefunctions</c>.</summary>
    public required string AppFolder { get; init; }

    /// <summary>Port on 127.0.0.1 where the app answers; 0 for any that is free.</summary>
    public int Port { get; init; }

    /// <summary>A socket that already listens on 127.0.0.1, in place of <see cref="Port"/>. The host takes it over.</summary>
    public System.Net.Sockets.Socket? Socket { get; init; }

    /// <summary>
    /// The app's settings, from the address under which it will answer, as in <c>local.settings.json</c>: <c>AzureWebJobsStorage</c> and whatever
    /// the app reads. Sections are separated by a colon or by two underscores.
    /// </summary>
    public Func<Uri, IReadOnlyDictionary<string, string?>> Settings { get; init; } = static _ => new Dictionary<string, string?>();

    /// <summary>Whether environment variables of this process are settings too; they win over <see cref="Settings"/>.</summary>
    public bool UseEnvironmentVariables { get; init; } = true;

    /// <summary>
    /// The host's id, which names its locks, blob receipts and timer states in <c>AzureWebJobsStorage</c>: at most 32 characters of
    /// <c>[a-z0-9-]</c>. Default: made from the app's name.
    /// </summary>
    public string? HostId { get; init; }

    /// <summary>Folder for what this host must know again after it was killed: the worker that it left behind. Null: it leaves that alone.</summary>
    public string? StateFolder { get; init; }

    /// <summary>
    /// Extensions whose webhook is reachable at <c>/runtime/webhooks/{name}</c>. There are no keys here, so that an extension which takes orders
    /// from anybody who reaches it, as <c>durabletask</c> does, is only open where it is named.
    /// </summary>
    public IReadOnlyList<string> Webhooks { get; init; } = ["blobs"];

    /// <summary>Where the log of host and worker goes; default: nowhere. The levels of host.json apply.</summary>
    public Action<ILoggingBuilder> ConfigureLogging { get; init; } = static _ => { };

    /// <summary>Services of the job host that a test puts in or replaces, such as Durable's <c>IDurabilityProviderFactory</c>.</summary>
    public Action<IServiceCollection> ConfigureJobHost { get; init; } = static _ => { };

    /// <summary>How long the worker may take to start, and to stop; default 60 s and 10 s.</summary>
    public (TimeSpan Start, TimeSpan Stop) WorkerTimeouts { get; init; } = (TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(10));
}
