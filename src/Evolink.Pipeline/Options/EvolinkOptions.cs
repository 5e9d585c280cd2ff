namespace Evolink.Pipeline.Options;

/// <summary>Settings of the app: section <c>Evolink</c> (in environment variables <c>Evolink__ApiKey</c> and so on).</summary>
/// <remarks>A missing secret does not stop the app (<see cref="EvolinkReadiness"/> tells it); a wrong value does (<see cref="EvolinkOptionsValidator"/>).</remarks>
public sealed class EvolinkOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Evolink";

    /// <summary>The Evolink API key. Without it the app runs, but accepts no generation.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Address of the Evolink API.</summary>
    public Uri BaseUrl { get; set; } = new("https://api.evolink.ai");

    /// <summary>Address of Evolink's Files API.</summary>
    public Uri FilesBaseUrl { get; set; } = new("https://files-api.evolink.ai");

    /// <summary>Address under which Evolink reaches this app, for callbacks and images. Empty: no callbacks, polling only.</summary>
    public Uri? PublicBaseUrl { get; set; }

    /// <summary>Keys that sign callback and image links.</summary>
    public CallbackOptions Callback { get; set; } = new();

    /// <summary>Keys of the clients: name, then one or more secrets (<c>sha256:&lt;hex&gt;</c> or plain), so that two can be valid while one is rotated.</summary>
    public Dictionary<string, Dictionary<string, string>> ClientKeys { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Keys of the operators, who see every job and may attach, redeliver and purge; written like <see cref="ClientKeys"/>.</summary>
    public Dictionary<string, Dictionary<string, string>> OperatorKeys { get; set; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Whether the platform's own authentication stands before this app and names the caller in <c>X-MS-CLIENT-PRINCIPAL</c>. Only where it does: without
    /// it, anybody could send that header. Default no.
    /// </summary>
    public bool TrustPrincipalHeader { get; set; }

    /// <summary>Microsoft Entra principals that are clients: name, then one or more object ids. Needs <see cref="TrustPrincipalHeader"/>.</summary>
    public Dictionary<string, Dictionary<string, Guid>> ClientPrincipals { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Microsoft Entra principals that are operators, written like <see cref="ClientPrincipals"/>.</summary>
    public Dictionary<string, Dictionary<string, Guid>> OperatorPrincipals { get; set; } = new(StringComparer.Ordinal);

    /// <summary>What each client may take of the whole.</summary>
    public LimitsOptions Limits { get; set; } = new();

    /// <summary>How an image that came through this app reaches Evolink. Default: <c>Host</c> where <see cref="PublicBaseUrl"/> is set, else <c>Files</c>.</summary>
    public ImageDelivery? ImageDelivery { get; set; }

    /// <summary>How a client gets the video. Default <c>Sas</c>.</summary>
    public VideoDelivery VideoDelivery { get; set; } = VideoDelivery.Sas;

    /// <summary>The storage account.</summary>
    public StorageOptions Storage { get; set; } = new();

    /// <summary>Images that are put into the container <c>uploads</c>.</summary>
    public UploadsOptions Uploads { get; set; } = new();

    /// <summary>What the studio tells its visitors.</summary>
    public StudioOptions Studio { get; set; } = new();

    /// <summary>Hosts from which results may be downloaded (a name, or <c>*.name</c>); empty: any public host.</summary>
    public IList<string> ResultHosts { get; set; } = [];

    /// <summary>Development only: http and loopback addresses are allowed for images, callbacks and results. Production refuses to start with it.</summary>
    public bool AllowLoopback { get; set; }

    /// <summary>Largest video that is saved, in bytes. Default 2 GiB.</summary>
    public long MaxVideoBytes { get; set; } = 2L << 30;

    /// <summary>
    /// Memory for the videos that one instance copies at the same time, all together, in bytes; a copy that finds none left waits. Default 128 MiB.
    /// </summary>
    public long SaveMemoryBudgetBytes { get; set; } = 128L << 20;

    /// <summary>Size of the blocks in which videos are read and stored, in bytes; a video of up to one block is stored in one request. Default 8 MiB.</summary>
    public int CopyBlockBytes { get; set; } = 8 << 20;

    /// <summary>
    /// Blocks that one copy reads and stores at the same time: its memory is at most so many times <see cref="CopyBlockBytes"/>. Default 3, which makes 24 MiB.
    /// </summary>
    public int CopyBlocksInFlight { get; set; } = 3;

    /// <summary>How long one submit may take. Default 60 s.</summary>
    public TimeSpan SubmitTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How much longer than the submit itself its lease in the ledger lasts: what it takes to write down an outcome. Default 30 s.</summary>
    public TimeSpan SubmitLeaseMargin { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The lease of a submit in the ledger.</summary>
    internal TimeSpan SubmitLease => SubmitTimeout + SubmitLeaseMargin;

    /// <summary>Most submits per second, of all instances together; a fraction is allowed. 0: no limit but Evolink's own. Default 0.</summary>
    public double MaxSubmitsPerSecond { get; set; }

    /// <summary>Most generations of one batch that are under way at once; a batch may ask for fewer. Default 100.</summary>
    public int MaxInFlight { get; set; } = 100;

    /// <summary>
    /// A job that could not be submitted for so long fails with <c>submit_expired</c>; at once, where the line of submits is longer than
    /// that. Default 6 h.
    /// </summary>
    public TimeSpan MaxSubmitAge { get; set; } = TimeSpan.FromHours(6);

    /// <summary>After so many submits of different jobs in a row with unknown outcome, Evolink is taken to be down: one job probes, the others wait. Default 5.</summary>
    public int UnknownsBeforePause { get; set; } = 5;

    /// <summary>
    /// How long a submit of unknown outcome may still be found, through its callback or in the account's task list, before its job fails.
    /// Evolink calls back at the end of a generation. Default 2 h.
    /// </summary>
    public TimeSpan RecoveryWindow { get; set; } = TimeSpan.FromHours(2);

    /// <summary>Whether Evolink's list of the account's tasks is asked for submits of unknown outcome. Default yes.</summary>
    public bool AskTaskList { get; set; } = true;

    /// <summary>
    /// Whether others use the Evolink account, too, so that a task in its list may be theirs: none is adopted from it, then. Default no.
    /// </summary>
    public bool AccountIsShared { get; set; }

    /// <summary>How long after a submit of unknown outcome the list is asked first: it lags. Default 2 min.</summary>
    public TimeSpan TaskListDelay { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Time between two looks at the list; two in a row that find nothing show that nothing was created. Default 1 min.</summary>
    public TimeSpan TaskListInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long after its last callback such a submit is adopted at the earliest: a little longer than the 7 s in which Evolink repeats a callback, so
    /// that one that names a wrong task does not come alone. Default 10 s.
    /// </summary>
    public TimeSpan CallbackSettling { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after its acceptance by Evolink a generation is waited for. Default 24 h.</summary>
    public TimeSpan GenerationDeadline { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Shortest time between two reads of one task, and before the first. Default 8 s.</summary>
    public TimeSpan PollFloor { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>
    /// Polls of one instance that fall due within so long of each other share one call, where Evolink offers that; a poll waits for a
    /// quarter of it at least. 0: each goes by itself. Default 2 s.
    /// </summary>
    public TimeSpan PollBatchWindow { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long Evolink may not know a task before that is believed: right after a submit it may not have spread yet. Default 10 min.</summary>
    public TimeSpan TaskNotFoundGrace { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>A download that brings no byte for so long is given up and tried again. Default 30 s.</summary>
    public TimeSpan DownloadIdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a failed generation may be submitted, and paid, again. Default 0.</summary>
    public int MaxRegenerations { get; set; }

    /// <summary>The longest pause before a failed generation is submitted again; the failure's code decides within it. Default 5 min.</summary>
    public TimeSpan MaxRegenerationPause { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether an unknown submit may be sent once more with the same idempotency key. Only where Evolink has confirmed that it honours the key. Default no.</summary>
    public bool TrustIdempotencyKey { get; set; }

    /// <summary>Whether a video that is finished after its job was cancelled is saved all the same. Default no.</summary>
    public bool KeepLateResults { get; set; }

    /// <summary>Whether unknown properties of a request are passed on to Evolink instead of being refused. Default no.</summary>
    public bool AllowUnknownFields { get; set; }

    /// <summary>How long a signed link to a video lives. Default 1 h.</summary>
    public TimeSpan VideoLinkLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Events about jobs.</summary>
    public EventsOptions Events { get; set; } = new();

    /// <summary>Calls to the clients' own <c>callback_url</c>.</summary>
    public WebhookOptions Webhooks { get; set; } = new();

    /// <summary>How old a job must be, and how long unchanged, before the sweep looks whether its orchestration is still there. Default 5 min.</summary>
    public TimeSpan SweepGrace { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Days after its end at which a job is removed, with its video, which was paid for; 0: never. A key is remembered as long as its job.
    /// Default 0.
    /// </summary>
    public int RecordRetentionDays { get; set; }

    /// <summary>Days after which an image is removed that no live job stands on; 0: never. Default 30.</summary>
    public int ImageRetentionDays { get; set; } = 30;

    /// <summary>Days after which finished orchestrations are removed from the engine; 0: never. Default 7.</summary>
    public int HistoryRetentionDays { get; set; } = 7;

    /// <summary>Name of the task hub; jobs of another hub are not restarted here. Default <c>evolink</c>.</summary>
    public string Hub { get; set; } = "evolink";

    /// <summary>How many requests may wait for a change (<c>Prefer: wait</c>) at once on one instance: a quarter of its HTTP concurrency. Default 4.</summary>
    public int MaxWaitingRequests { get; set; } = 4;

    /// <summary>The way in which images reach Evolink.</summary>
    public ImageDelivery EffectiveImageDelivery =>
        ImageDelivery ?? (PublicBaseUrl is null ? Options.ImageDelivery.Files : Options.ImageDelivery.Host);
}
