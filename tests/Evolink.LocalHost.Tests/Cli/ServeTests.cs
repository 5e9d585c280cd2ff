using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Evolink.Testing.Hosting;

namespace Evolink.LocalHost.Tests.Cli;

public sealed partial class ServeTests : IDisposable
{
    private const int SigTerm = 15;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_curl_that_serve_prints_works_as_pasted()
    {
        using CliProcess serve = Start();
        string studio = await serve.ReadLineAsync();
        string link = await serve.ReadLineAsync();
        string curl = await serve.ReadLineAsync();

        Match parts = Curl().Match(curl);
        Assert.StartsWith($"Evolink.Functions answers at {parts.Groups["host"].Value} ", link, StringComparison.Ordinal);
        Assert.Equal($"Open {parts.Groups["host"].Value}/#key={parts.Groups["key"].Value}", studio);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, parts.Groups["host"].Value + "/v1/videos/generations");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", parts.Groups["key"].Value);
        request.Content = new StringContent(parts.Groups["body"].Value, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_termination_ends_it_cleanly_with_its_storage()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks into /proc.");
        using CliProcess serve = Start();
        await serve.ReadLineAsync();
        int storage = Assert.Single(ChildrenOf(serve.Id));

        Assert.Equal(0, Kill(serve.Id, SigTerm));

        (int code, _, string errors) = await serve.ToEndAsync();
        Assert.Equal((0, ""), (code, errors));
        Assert.False(IsRunning(storage));
    }

    [Fact]
    public async Task A_killed_host_leaves_no_storage_behind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks into /proc.");
        using CliProcess serve = Start();
        await serve.ReadLineAsync();
        int storage = Assert.Single(ChildrenOf(serve.Id));

        serve.Kill();

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        while (IsRunning(storage))
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
    }

    private CliProcess Start() => new(["serve", "--port", "0", "--data", _folder["data"]]);

    private static IEnumerable<int> ChildrenOf(int parent) =>
        from folder in Directory.EnumerateDirectories("/proc")
        where int.TryParse(Path.GetFileName(folder), out _)
        let stat = Stat(folder)
        where stat is not null && stat[1] == parent.ToString(CultureInfo.InvariantCulture)
        select int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture);

    // A zombie has ended; that nobody has collected it yet is not its fault.
    private static bool IsRunning(int id) => Stat($"/proc/{id}") is { } stat && stat[0] is not ("Z" or "X");

    /// <summary>State, parent and so on: what follows the name in parentheses.</summary>
    private static string[]? Stat(string folder)
    {
        try
        {
            string stat = File.ReadAllText($"{folder}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null; // ended while we looked
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int id, int signal);

    [GeneratedRegex("^curl -sS (?<host>http://[^/]+)/v1/videos/generations -H \"Authorization: Bearer (?<key>[^\"]+)\" -H \"Content-Type: application/json\" -d '(?<body>.+)'$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Curl();
}
