namespace Evolink.LocalHost.Cli;

/// <summary>Which app a command talks to: one at an address, or the one that holds the data folder.</summary>
/// <param name="Endpoint">Its address; <see langword="null"/>: the data folder tells it.</param>
/// <param name="Key">A key of it; <see langword="null"/>: the data folder's, for an app on this machine.</param>
/// <param name="Folder">The data folder.</param>
/// <param name="AsOperator">Whether an operator's key is needed, instead of a client's.</param>
internal sealed record AppConnection(Uri? Endpoint, string? Key, string Folder, bool AsOperator = false)
{
    public const string OperatorKeyVariable = "EVOLINK_OPERATOR_KEY";

    // A slow line takes its time for an image.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromMinutes(5);

    /// <summary>What this program calls itself in its requests.</summary>
    public static readonly string UserAgent = $"Evolink.LocalHost/{typeof(AppConnection).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>Finds the app.</summary>
    /// <exception cref="LocalHostException">None runs there.</exception>
    /// <exception cref="UsageException">It needs a key that nobody gave.</exception>
    public async Task<EvolinkAppClient> OpenAsync(CancellationToken cancellationToken) => ClientAt(await AddressAsync(cancellationToken));

    /// <summary>Finds the app, for what speaks to it in another way than <see cref="EvolinkAppClient"/>.</summary>
    /// <exception cref="LocalHostException">None runs there.</exception>
    /// <exception cref="UsageException">It needs a key that nobody gave.</exception>
    public async Task<(Uri Address, string Key)> LocateAsync(CancellationToken cancellationToken)
    {
        Uri address = await AddressAsync(cancellationToken);
        return (address, Key ?? KeyFor(address));
    }

    /// <summary>The address of the app; null where none was given, and none runs on the data folder.</summary>
    public async Task<Uri?> FindAsync(CancellationToken cancellationToken) =>
        Endpoint ?? (DataFolder.AddressOfRun(Folder) is { } told && await AnswersAsync(told, cancellationToken) ? told : null);

    /// <summary>A client of the app where it was found.</summary>
    public EvolinkAppClient ClientAt(Uri address) => ClientOf(address, Key ?? KeyFor(address));

    /// <summary>A client of the app at an address.</summary>
    public static EvolinkAppClient ClientOf(Uri address, string? key) =>
        // An address in a network of one's own may be http: who names it knows.
        new(new EvolinkAppClientOptions { BaseUrl = address, ApiKey = key, AllowHttp = true, UserAgent = UserAgent, Timeout = AnswerTimeout });

    private async Task<Uri> AddressAsync(CancellationToken cancellationToken) =>
        await FindAsync(cancellationToken) ?? throw new LocalHostException(
            $"No app is running with the data folder {Folder}. Start one with `serve`, "
            + "name its folder with --data DIR, or the address of another with --endpoint URL.");

    // The data folder's keys are for the app that runs on it, and go to no other machine.
    private string KeyFor(Uri address)
    {
        if (AsOperator && Endpoint is not null && Environment.GetEnvironmentVariable(OperatorKeyVariable) is { Length: > 0 } given)
            return given;
        if (address.IsLoopback && LocalKeys.Read(Folder) is { } keys)
            return AsOperator ? keys.Operator : keys.Client;
        throw new UsageException(AsOperator
            ? $"There is no operator's key for {address.Host}: give --key, or set {OperatorKeyVariable}."
            : "--endpoint needs a client key of that app: give it with --key.");
    }

    // A run that was killed leaves its address behind.
    private static async Task<bool> AnswersAsync(Uri address, CancellationToken cancellationToken)
    {
        using TcpClient probe = new();
        try
        {
            await probe.ConnectAsync(address.Host, address.Port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>The options that make an <see cref="AppConnection"/>.</summary>
/// <param name="asOperator">Whether an operator's key is needed.</param>
internal sealed class AppConnectionOptions(bool asOperator = false)
{
    public Option<Uri?> Endpoint { get; } = new("--endpoint")
    {
        Description = "Address of a running app, here or in Azure; default: the one that holds the data folder.",
        HelpName = "URL",
        CustomParser = static result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out Uri? address) && address.Scheme is ("http" or "https"))
                return address;
            result.AddError($"--endpoint is an address such as https://my-app.azurewebsites.net, not \"{result.Tokens[0].Value}\".");
            return null;
        },
    };

    public Option<string?> Key { get; } = new("--key")
    {
        Description = asOperator
            ? $"An operator's key; default: {AppConnection.OperatorKeyVariable}, or the data folder's own for an app on this machine."
            : "Client key for --endpoint; default: the data folder's development key, for an app on this machine.",
        HelpName = "KEY",
    };

    public Option<string> Data { get; } = CommonOptions.Data();

    public void AddTo(Command command)
    {
        command.Add(Endpoint);
        command.Add(Key);
        command.Add(Data);
    }

    public AppConnection Read(ParseResult parsed) =>
        new(parsed.GetValue(Endpoint), parsed.GetValue(Key), parsed.GetValue(Data)!, asOperator);
}
