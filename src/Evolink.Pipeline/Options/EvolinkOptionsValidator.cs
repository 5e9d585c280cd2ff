using System.Text.RegularExpressions;
using Evolink.Client;
using Evolink.Pipeline.Uploads;
using Evolink.Pipeline.Webhooks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Options;

/// <summary>Stops the app at its start where a setting holds a value that cannot be right, naming the setting.</summary>
public sealed partial class EvolinkOptionsValidator(IHostEnvironment environment) : IValidateOptions<EvolinkOptions>
{
    private const int ShortestCallbackKey = 32;
    private const int MostBlocks = 50_000;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, EvolinkOptions options)
    {
        List<string> wrong = [.. Addresses(options), .. Names(options), .. Storage(options.Storage), .. Telling(options), .. Bounds(options)];
        if (options.AllowLoopback && !environment.IsDevelopment())
            wrong.Add("Evolink:AllowLoopback is for development; it lets links reach this machine's own network. Remove it, or set the environment to Development.");
        if (options.Storage.ConnectionString is { Length: > 0 } connection && !environment.IsDevelopment() && !IsEmulator(connection))
            wrong.Add("Evolink:Storage:ConnectionString would sign links with the account's key, which opens everything. Outside of development set AccountName or ServiceUri, and give the app's identity its roles.");
        if (options.PublicBaseUrl is { IsAbsoluteUri: true } publicBase && !options.AllowLoopback && !PublicAddresses.IsPublicHost(publicBase))
            wrong.Add($"Evolink:PublicBaseUrl is at '{publicBase.Host}', which Evolink cannot reach. Leave it empty where there is no public address: tasks are polled then.");
        if (options.EffectiveImageDelivery == ImageDelivery.Host && options.PublicBaseUrl is null)
            wrong.Add("Evolink:ImageDelivery is Host, which needs Evolink:PublicBaseUrl, the address under which Evolink reaches this app.");
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    private static IEnumerable<string> Addresses(EvolinkOptions options)
    {
        (string Setting, Uri? Value)[] addresses =
        [
            ("BaseUrl", options.BaseUrl), ("FilesBaseUrl", options.FilesBaseUrl), ("PublicBaseUrl", options.PublicBaseUrl),
        ];
        foreach ((string setting, Uri? value) in addresses)
        {
            if (value is null)
                continue;
            if (!value.IsAbsoluteUri || !(value.Scheme == Uri.UriSchemeHttps || (options.AllowLoopback && value.Scheme == Uri.UriSchemeHttp)))
                yield return $"Evolink:{setting} is '{value}'; it must be an absolute https address.";
            else if (value.Query.Length > 0 || value.UserInfo.Length > 0 || value.AbsolutePath != "/")
                yield return $"Evolink:{setting} must be scheme and host alone, without path, query or credentials.";
        }
    }

    private static IEnumerable<string> Names(EvolinkOptions options)
    {
        foreach ((string section, string client) in options.ClientKeys.Keys.Select(name => ("ClientKeys", name))
                     .Concat(options.OperatorKeys.Keys.Select(name => ("OperatorKeys", name))))
        {
            if (!ClientName().IsMatch(client))
                yield return $"Evolink:{section}:{client}: a name has 1 to 40 letters, digits or underscores.";
        }

        foreach ((string section, string client, string secret) in Secrets(options))
        {
            if (secret.StartsWith("sha256:", StringComparison.Ordinal) ? !Sha256().IsMatch(secret) : secret.Length is > 0 and < 16)
                yield return $"Evolink:{section}:{client}: a key is sha256: and 64 hex digits, or a secret of at least 16 characters.";
        }

        foreach (string keyId in options.Callback.Keys.Keys)
        {
            if (!ClientName().IsMatch(keyId))
                yield return $"Evolink:Callback:Keys:{keyId}: a key id has 1 to 40 letters, digits or underscores.";
        }

        foreach ((string keyId, string key) in options.Callback.Keys)
        {
            if (EvolinkReadiness.IsResolved(key) && key.Length < ShortestCallbackKey)
                yield return $"Evolink:Callback:Keys:{keyId}: a key has at least {ShortestCallbackKey} characters; whoever guesses it forges callbacks.";
        }

        foreach (string name in options.ClientKeys.Keys.Intersect(options.OperatorKeys.Keys, StringComparer.Ordinal))
            yield return $"Evolink:OperatorKeys:{name}: a client has this name too, and they would share jobs and images.";
        foreach (IGrouping<string, (string Section, string Name, string Secret)> shared in Secrets(options).GroupBy(key => key.Secret, StringComparer.Ordinal).Where(keys => keys.Count() > 1))
            yield return $"Evolink:{shared.Last().Section}:{shared.Last().Name}: another name has the same key.";

        if (options.Callback.CurrentKey is { Length: > 0 } current && !options.Callback.Keys.ContainsKey(current))
            yield return $"Evolink:Callback:CurrentKey names '{current}', which is not among Evolink:Callback:Keys.";
    }

    private static IEnumerable<(string Section, string Name, string Secret)> Secrets(EvolinkOptions options) =>
        options.ClientKeys.SelectMany(client => client.Value.Values.Select(secret => ("ClientKeys", client.Key, secret)))
            .Concat(options.OperatorKeys.SelectMany(client => client.Value.Values.Select(secret => ("OperatorKeys", client.Key, secret))))
            // An empty setting takes a key away; the binder makes it null.
            .Where(key => !string.IsNullOrEmpty(key.secret));

    private static IEnumerable<string> Storage(StorageOptions storage)
    {
        int given = (storage.AccountName is { Length: > 0 } ? 1 : 0) + (storage.ServiceUri is null ? 0 : 1) + (storage.ConnectionString is { Length: > 0 } ? 1 : 0);
        if (given != 1)
            yield return "Evolink:Storage needs exactly one of AccountName, ServiceUri and ConnectionString.";
    }

    private static IEnumerable<string> Telling(EvolinkOptions options)
    {
        if (options.Events.TopicEndpoint is { } topic && !(topic.IsAbsoluteUri && GuardedSockets.MayCall(topic, options.AllowLoopback)))
            yield return "Evolink:Events:TopicEndpoint must be the https address of an Event Grid topic, such as https://name.region-1.eventgrid.azure.net/api/events.";
        foreach ((string client, Dictionary<string, string> secrets) in options.Webhooks.Secrets)
        {
            if (!ClientName().IsMatch(client))
                yield return $"Evolink:Webhooks:Secrets:{client}: a name has 1 to 40 letters, digits or underscores.";
            // An empty setting takes a secret away; the binder makes it null.
            if (secrets.Values.Any(secret => EvolinkReadiness.IsResolved(secret) && WebhookSecrets.Parse(secret) is null))
                yield return $"Evolink:Webhooks:Secrets:{client}: a secret is whsec_ and the base64 of 24 to 64 random bytes.";
        }
    }

    private static bool IsEmulator(string connection) =>
        connection.Contains("UseDevelopmentStorage=true", StringComparison.OrdinalIgnoreCase) || connection.Contains("AccountName=devstoreaccount1;", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Bounds(EvolinkOptions options)
    {
        (string Setting, bool Right, string Rule)[] bounds =
        [
            ("MaxVideoBytes", options.MaxVideoBytes > 0, "above 0"),
            ("CopyBlockBytes", options.CopyBlockBytes is >= 64 << 10 and <= 64 << 20, "64 KiB to 64 MiB"),
            ("CopyBlocksInFlight", options.CopyBlocksInFlight is >= 2 and <= 64, "2 to 64"),
            ("SaveMemoryBudgetBytes", options.SaveMemoryBudgetBytes >= 2L * options.CopyBlockBytes, "at least two blocks of CopyBlockBytes"),
            ("MaxVideoBytes", options.MaxVideoBytes / Math.Max(options.CopyBlockBytes, 1) < MostBlocks, $"less than {MostBlocks:N0} blocks of CopyBlockBytes, as many as a blob can have"),
            ("SubmitTimeout", options.SubmitTimeout > TimeSpan.Zero && options.SubmitTimeout <= TimeSpan.FromMinutes(5), "above 0 and at most 5 minutes"),
            ("SubmitLeaseMargin", options.SubmitLeaseMargin > TimeSpan.Zero, "above 0"),
            ("MaxSubmitsPerSecond", options.MaxSubmitsPerSecond is 0 or (>= 0.01 and <= 1000), "0 (no limit), or 0.01 to 1000"),
            ("MaxInFlight", options.MaxInFlight is >= 1 and <= 500, "1 to 500"),
            ("MaxSubmitAge", options.MaxSubmitAge > TimeSpan.Zero, "above 0"),
            ("RecoveryWindow", options.RecoveryWindow > TimeSpan.Zero, "above 0"),
            ("TaskListDelay", options.TaskListDelay >= TimeSpan.Zero, "0 or more"),
            ("TaskListInterval", options.TaskListInterval > TimeSpan.Zero, "above 0"),
            ("CallbackSettling", options.CallbackSettling >= TimeSpan.Zero, "0 or more"),
            ("GenerationDeadline", options.GenerationDeadline > TimeSpan.Zero, "above 0"),
            ("DownloadIdleTimeout", options.DownloadIdleTimeout > TimeSpan.Zero, "above 0"),
            ("PollFloor", options.PollFloor > TimeSpan.Zero, "above 0"),
            ("PollBatchWindow", options.PollBatchWindow.TotalSeconds is >= 0 and <= 60, "0 (off) to 1 min"),
            ("SweepGrace", options.SweepGrace > TimeSpan.Zero, "above 0"),
            ("RecordRetentionDays", options.RecordRetentionDays is >= 0 and <= 36500, "0 (for good) or a number of days"),
            ("ImageRetentionDays", options.ImageRetentionDays is >= 0 and <= 36500, "0 (for good) or a number of days"),
            ("HistoryRetentionDays", options.HistoryRetentionDays is >= 0 and <= 36500, "0 (for good) or a number of days"),
            ("VideoLinkLifetime", options.VideoLinkLifetime > TimeSpan.Zero && options.VideoLinkLifetime < TimeSpan.FromHours(24), "above 0 and below 24 hours"),
            ("TaskNotFoundGrace", options.TaskNotFoundGrace > TimeSpan.Zero, "above 0"),
            ("UnknownsBeforePause", options.UnknownsBeforePause is >= 1 and <= 1000, "1 to 1000"),
            ("MaxRegenerations", options.MaxRegenerations is >= 0 and <= 10, "0 to 10"),
            ("MaxRegenerationPause", options.MaxRegenerationPause > TimeSpan.Zero, "above 0"),
            ("MaxWaitingRequests", options.MaxWaitingRequests >= 0, "0 or more"),
            ("Limits:CreditsPerSecond", options.Limits.CreditsPerSecond > 0, "above 0"),
            ("Limits:Default:MaxInFlight", options.Limits.Default.MaxInFlight is null or (>= 0 and <= 1000), "0 (no limit) to 1000"),
            ("Limits:Default:RequestsPerMinute", options.Limits.Default.RequestsPerMinute is null or >= 0, "0 (no limit) or more"),
            ("Limits:Default:CreditsPerDay", options.Limits.Default.CreditsPerDay is null or >= 0, "0 (no limit) or more"),
            ("Limits:Clients", options.Limits.Clients.All(client => ClientName().IsMatch(client.Key)
                && client.Value is { MaxInFlight: null or (>= 0 and <= 1000), RequestsPerMinute: null or >= 0, CreditsPerDay: null or >= 0 }), "names of clients, with a MaxInFlight of 0 to 1000, and RequestsPerMinute and CreditsPerDay of 0 or more"),
            ("TrustPrincipalHeader", options.TrustPrincipalHeader || options.ClientPrincipals.Count + options.OperatorPrincipals.Count == 0, "true where ClientPrincipals or OperatorPrincipals are set, and only behind the platform's own authentication"),
            ("Uploads:Client", options.Uploads.Client is not { Length: > 0 } owner || ClientName().IsMatch(owner), "1 to 40 letters, digits or underscores"),
            ("Uploads:SidecarWait", options.Uploads.SidecarWait >= TimeSpan.Zero && options.Uploads.SidecarWait <= TimeSpan.FromMinutes(1), "0 to 1 minute"),
            ("Uploads:OutputName", options.Uploads.OutputName is not { Length: > 0 } template || OutputName.IsTemplate(template), OutputName.Rule),
            ("Hub", ClientName().IsMatch(options.Hub), "1 to 40 letters, digits or underscores"),
        ];
        return bounds.Where(bound => !bound.Right).Select(bound => $"Evolink:{bound.Setting} must be {bound.Rule}.");
    }

    [GeneratedRegex("^[A-Za-z0-9_]{1,40}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex ClientName();

    [GeneratedRegex("^sha256:[0-9A-Fa-f]{64}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Sha256();
}
