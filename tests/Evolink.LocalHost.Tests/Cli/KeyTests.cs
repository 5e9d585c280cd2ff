using System.Net;
using System.Net.Sockets;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace Evolink.LocalHost.Tests.Cli;

/// <summary>A key of the real API is asked about before anything is started.</summary>
public sealed class KeyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_key_that_Evolink_refuses_ends_serve_in_one_sentence_before_anything_is_started()
    {
        await using RunningSimulator evolink = await SimulatorApp.StartAsync(new SimulatorOptions { AllowLoopback = true });
        using CliProcess serve = Serve(evolink.BaseUrl, "sk-somebody-elses");

        (int code, string output, string errors) = await serve.ToEndAsync();

        Assert.NotEqual(0, code);
        Assert.Empty(output);
        Assert.Contains("Evolink refuses the API key in EVOLINK_API_KEY (", errors, StringComparison.Ordinal);
        Assert.Single(errors.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("sk-somebody-elses", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["data"]));
    }

    [Fact]
    public async Task An_Evolink_that_cannot_be_reached_ends_serve_in_one_sentence()
    {
        using CliProcess serve = Serve(Nowhere(), SimulatorOptions.DevelopmentKey);

        (int code, string output, string errors) = await serve.ToEndAsync();

        Assert.NotEqual(0, code);
        Assert.Empty(output);
        Assert.Contains("Evolink cannot be reached (connection_failed)", errors, StringComparison.Ordinal);
        Assert.Single(errors.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task With_a_key_that_Evolink_takes_serve_starts_and_asks_it_alone()
    {
        await using RunningSimulator evolink = await SimulatorApp.StartAsync(new SimulatorOptions { AllowLoopback = true });
        using CliProcess serve = Serve(evolink.BaseUrl, SimulatorOptions.DevelopmentKey);

        await serve.ReadLineAsync();

        Assert.Contains("the real Evolink API, which costs credits", await serve.ReadLineAsync(), StringComparison.Ordinal);
    }

    private CliProcess Serve(Uri evolink, string key) => new(
        ["serve", "--port", "0", "--data", _folder["data"]],
        new Dictionary<string, string?>
        {
            ["Evolink__ApiKey"] = key,
            ["Evolink__BaseUrl"] = evolink.GetLeftPart(UriPartial.Authority),
            ["Evolink__FilesBaseUrl"] = evolink.GetLeftPart(UriPartial.Authority),
            ["Evolink__AllowLoopback"] = "true",
        });

    private static Uri Nowhere()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
    }
}
