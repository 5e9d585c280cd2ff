using System.Net;
using System.Net.Sockets;
using Evolink.LocalHost.Cli;
using Evolink.LocalHost.Data;

namespace Evolink.LocalHost.Tests.Cli;

public sealed class AppConnectionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_run_that_holds_the_data_folder_is_found()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var data = DataFolder.Open(_folder["data"]);
        data.Announce(new Uri($"http://{listener.LocalEndpoint}"));

        AppConnection connection = new(null, null, _folder["data"]);
        Assert.Equal(new Uri($"http://{listener.LocalEndpoint}"), await connection.FindAsync(CancellationToken.None));
        Assert.NotNull(await connection.OpenAsync(CancellationToken.None));
        Assert.NotNull(await (connection with { AsOperator = true }).OpenAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_run_that_was_killed_is_not_waited_for()
    {
        Uri address;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            address = new Uri($"http://{listener.LocalEndpoint}");
        }

        using (var data = DataFolder.Open(_folder["data"]))
            data.Announce(address);

        LocalHostException refused = await Assert.ThrowsAsync<LocalHostException>(
            () => new AppConnection(null, null, _folder["data"]).OpenAsync(CancellationToken.None));
        Assert.Contains("No app is running", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_development_key_goes_to_no_other_machine()
    {
        DataFolder.Open(_folder["data"]).Dispose();

        UsageException refused = await Assert.ThrowsAsync<UsageException>(
            () => new AppConnection(new Uri("https://app.example.com"), null, _folder["data"]).OpenAsync(CancellationToken.None));
        Assert.Contains("--key", refused.Message, StringComparison.Ordinal);
    }
}
