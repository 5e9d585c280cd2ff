using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Evolink.Testing.Hosting;

namespace Evolink.LocalHost.Tests.Cli;

public sealed partial class ServeTests : IDisposable
{
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
        await PostAsync(parts);
    }

    [Theory]
    [InlineData(PosixSignal.SIGINT)]
    [InlineData(PosixSignal.SIGTERM)]
    public async Task A_signal_in_the_midst_of_work_ends_it_without_a_word_and_with_all_that_it_started(PosixSignal signal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks into /proc.");
        using CliProcess serve = Start("--simulator-time", "60");
        await StartJobAsync(serve);
        IReadOnlyList<int> children = LinuxProcesses.ChildrenOf(serve.Id);
        Assert.Equal(2, children.Count);

        if (signal == PosixSignal.SIGINT)
            serve.SignalFromTerminal(signal);
        else
            serve.Signal(signal);

        (int code, _, string errors) = await serve.ToEndAsync();
        Assert.Equal((0, ""), (code, string.Concat(errors.Split('\n').Where(line => !StartNotes().IsMatch(line)))));
        Assert.DoesNotContain(children, LinuxProcesses.IsRunning);
    }

    [Fact]
    public async Task What_a_killed_host_leaves_behind_the_next_start_ends_and_finishes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks into /proc.");
        string id;
        int worker;
        using (CliProcess killed = Start("--simulator-time", "3"))
        {
            id = await StartJobAsync(killed);
            ILookup<bool, int> children = LinuxProcesses.ChildrenOf(killed.Id).ToLookup(child => LinuxProcesses.CommandOf(child).Contains("Evolink.Functions.dll", StringComparison.Ordinal));
            worker = Assert.Single(children[true]);
            int storage = Assert.Single(children[false]);
            killed.Kill();
            // Storage ends by itself, and saves. A worker does not, here as in Azure.
            await LinuxProcesses.EndOfAsync(storage);
            Assert.True(LinuxProcesses.IsRunning(worker));
        }

        using CliProcess next = Start("--simulator-time", "3");
        using HttpClient client = await next.ClientAsync(_folder["data"]);
        Assert.False(LinuxProcesses.IsRunning(worker));
        string task = await EndOfAsync(client, id);
        Assert.Equal("completed", JsonElement.Parse(task).GetProperty("status").GetString());
        string journal = await File.ReadAllTextAsync(_folder["data/simulator/journal.jsonl"]);
        Assert.Equal(1, journal.Split($"{id}.1").Length - 1);
    }

    private CliProcess Start(params string[] more) => new(["serve", "--port", "0", "--data", _folder["data"], .. more], ownTerminal: OperatingSystem.IsLinux());

    /// <summary>Pastes the curl that it prints, and waits until Evolink works on it.</summary>
    private async Task<string> StartJobAsync(CliProcess serve)
    {
        using HttpClient client = await serve.ClientAsync(_folder["data"]);
        await serve.ReadLineAsync();
        string id = await PostAsync(Curl().Match(await serve.ReadLineAsync()));
        while (!JsonElement.Parse(await client.GetStringAsync($"v1/tasks/{id}")).TryGetProperty("evolink_task_id", out _))
            await Task.Yield();
        return id;
    }

    private static async Task<string> PostAsync(Match curl)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Post, curl.Groups["host"].Value + "/v1/videos/generations")
        {
            Headers = { { "Authorization", $"Bearer {curl.Groups["key"].Value}" } },
            Content = new StringContent(curl.Groups["body"].Value, Encoding.UTF8, "application/json"),
        };
        using HttpResponseMessage response = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("id").GetString()!;
    }

    private static async Task<string> EndOfAsync(HttpClient client, string id)
    {
        while (true)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, $"v1/tasks/{id}") { Headers = { { "Prefer", "wait=10" } } };
            using HttpResponseMessage response = await client.SendAsync(request);
            string task = await response.Content.ReadAsStringAsync();
            if (JsonElement.Parse(task).GetProperty("status").GetString() is not ("pending" or "processing"))
                return task;
        }
    }

    // What a slow start says.
    [GeneratedRegex("^(Waiting for Azurite|Starting the app)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StartNotes();

    [GeneratedRegex("^curl -sS (?<host>http://[^/]+)/v1/videos/generations -H \"Authorization: Bearer (?<key>[^\"]+)\" -H \"Content-Type: application/json\" -d '(?<body>.+)'$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Curl();
}
