using System.CommandLine;
using System.Net.Sockets;
using Evolink.Client;
using Evolink.LocalHost.Data;

namespace Evolink.LocalHost.Cli;

/// <summary>Which app a command talks to: one at an address, or the <c>serve</c> that holds the data folder.</summary>
/// <param name="Endpoint">Its address; <see langword="null"/>: the data folder tells it.</param>
/// <param name="Key">A client key of it; <see langword="null"/>: the data folder's, for an app on this machine.</param>
/// <param name="DataFolder">The folder.</param>
internal sealed record AppConnection(Uri? Endpoint, string? Key, string DataFolder)
{
    private static readonly HttpClient Http = new()
    {
        Timeout = TimeSpan.FromMinutes(5),
        DefaultRequestHeaders = { UserAgent = { new("Evolink.LocalHost", typeof(AppConnection).Assembly.GetName().Version?.ToString(3)) } },
    };

    /// <summary>Finds the app.</summary>
    /// <exception cref="UsageException">None runs there, or it needs a key that nobody gave.</exception>
    public async Task<EvolinkAppClient> OpenAsync(CancellationToken cancellationToken)
    {
        if (Endpoint is { } endpoint)
            return ClientOf(endpoint, Key ?? KeyFor(endpoint));
        Uri address = Data.DataFolder.AddressOfRun(DataFolder) is { } announced && await AnswersAsync(announced, cancellationToken)
            ? announced
            : throw new UsageException($"No app is running with the data folder {DataFolder}. Start one with `serve`, name its folder with --data DIR, or the address of another with --endpoint URL.");
        return ClientOf(address, Key ?? KeyFor(address));
    }

    /// <summary>A client of the app at an address.</summary>
    public static EvolinkAppClient ClientOf(Uri address, string? key) => new(Http, address, key);

    private string? KeyFor(Uri endpoint) =>
        endpoint.IsLoopback && LocalKeys.Read(DataFolder) is { } keys
            ? keys.Client
            : throw new UsageException("--endpoint needs a client key of that app: give it with --key.");

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
internal sealed class AppConnectionOptions
{
    public Option<Uri?> Endpoint { get; } = new("--endpoint")
    {
        Description = "Address of a running app, here or in Azure.",
        HelpName = "URL",
        CustomParser = static result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out Uri? address) && address.Scheme is ("http" or "https"))
                return address;
            result.AddError($"--endpoint is an address such as https://my-app.azurewebsites.net, not \"{result.Tokens[0].Value}\".");
            return null;
        },
    };

    public Option<string?> Key { get; } = new("--key") { Description = "Client key for --endpoint; default: the data folder's development key, for an app on this machine.", HelpName = "KEY" };

    public Option<string> Data { get; } = CommonOptions.Data();

    public void AddTo(Command command)
    {
        command.Add(Endpoint);
        command.Add(Key);
        command.Add(Data);
    }

    public AppConnection Read(ParseResult parsed) => new(parsed.GetValue(Endpoint), parsed.GetValue(Key), parsed.GetValue(Data)!);
}
