namespace Evolink.LocalHost.Chaos;

/// <summary>What a campaign is set to: windows of hours and minutes in seconds, so that their ends are reached, and faults of every kind.</summary>
internal static class ChaosSettings
{
    /// <summary>Name of the task hub, as host.json has it.</summary>
    public const string Hub = "evolink";

    public const string Client = "chaos";
    public const string ClientKey = "client-key-of-the-campaign";

    private const string CallbackKey = "k1";

    /// <summary>How long a task takes when nothing goes wrong.</summary>
    public static readonly TimeSpan TaskDuration = TimeSpan.FromSeconds(2);

    // Several blocks of CopyBlockBytes.
    private const long VideoBytes = 200_000;

    /// <summary>About every second generation meets a fault.</summary>
    public static readonly FaultRates Rates = new() { Submit = 0.3, Callback = 0.35, Read = 0.25, Result = 0.3 };

    /// <summary>The settings that differ from an ordinary run; the command prints them.</summary>
    public static readonly IReadOnlyList<(string Name, string Value)> Shortened =
    [
        ("PollFloor", "00:00:01"),
        ("SubmitTimeout", "00:00:05"),
        ("SubmitLeaseMargin", "00:00:02"),
        ("RecoveryWindow", "00:02:00"),
        ("TaskListDelay", "00:00:05"),
        ("TaskListInterval", "00:00:04"),
        ("SweepGrace", "00:00:05"),
        // Longer than the minute for which a killed host's messages are hidden.
        ("GenerationDeadline", "00:02:00"),
        ("DownloadIdleTimeout", "00:00:03"),
        ("CopyBlockBytes", "65536"),
        ("MaxVideoBytes", "4194304"),
        ("MaxRegenerations", "1"),
        ("MaxRegenerationPause", "00:00:02"),
    ];

    /// <summary>
    /// The host's settings that differ from host.json. A message that a dead host held is hidden from the next one for these times; Durable allows no less
    /// than a minute for those of orchestrations.
    /// </summary>
    public static readonly IReadOnlyList<(string Name, string Value)> ShortenedForDurable =
    [
        ("controlQueueVisibilityTimeout", "00:01:00"),
        ("workItemQueueVisibilityTimeout", "00:00:20"),
        ("maxQueuePollingInterval", "00:00:00.500"),
    ];

    public static Dictionary<string, string?> ForApp(ChaosOptions options, Uri address, Uri simulator, AzuriteServer azurite, Uri blobs)
    {
        string provider = simulator.GetLeftPart(UriPartial.Authority);
        Dictionary<string, string?> settings = new(StringComparer.OrdinalIgnoreCase)
        {
            ["Evolink:ApiKey"] = SimulatorOptions.DevelopmentKey,
            ["Evolink:BaseUrl"] = provider,
            ["Evolink:FilesBaseUrl"] = provider,
            ["Evolink:PublicBaseUrl"] = options.Callbacks == ChaosCallbacks.Off ? null : address.GetLeftPart(UriPartial.Authority),
            ["Evolink:AllowLoopback"] = "true",
            [$"Evolink:ClientKeys:{Client}:0"] = ClientKey,
            ["Evolink:Callback:CurrentKey"] = CallbackKey,
            [$"Evolink:Callback:Keys:{CallbackKey}"] = "callback-key-of-the-campaign-of-chaos",
            ["Evolink:Storage:ConnectionString"] = azurite.ConnectionString.Replace(azurite.BlobUri.ToString(), blobs.ToString(), StringComparison.Ordinal),
            ["AzureWebJobsStorage"] = azurite.ConnectionString,
            [EvolinkStorage.Connection] = azurite.ConnectionString,
        };
        foreach ((string name, string value) in ShortenedForDurable)
            settings[$"AzureFunctionsJobHost:extensions:durableTask:storageProvider:{name}"] = value;
        foreach ((string name, string value) in Shortened)
            settings[$"Evolink:{name}"] = value;
        return settings;
    }

    // Idempotency off: a second submit of one attempt would really be charged, as with a provider that promises nothing.
    public static SimulatorOptions Simulator(ChaosOptions options) => new()
    {
        AllowLoopback = true,
        FetchImages = false,
        Idempotency = IdempotencySupport.Off,
        FaultPlan = FaultPlan.Seeded(options.Seed, options.Callbacks == ChaosCallbacks.Faulty ? Rates : Rates with { Callback = 0 }),
        RotateLinks = true,
        AccountRoutes = new AccountRoutes { ListsTasks = options.ListsTasks, ListLag = options.ListLag },
        Seed = options.Seed,
        TaskDuration = TaskDuration,
        VideoBytes = VideoBytes,
    };
}
