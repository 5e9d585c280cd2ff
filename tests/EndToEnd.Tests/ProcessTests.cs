using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.LocalHost.Data;
using Evolink.Pipeline.Generations;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>The program as a user runs it: real processes, real signals, a data folder on disk.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("evolink-process-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Generate_makes_a_playable_video_of_the_asked_length()
    {
        string file = Path.Combine(_data, "video.mp4");
        (int code, string output, string errors) = await CliProcess.RunAsync(
            "generate", "--image", Api.SamplePath, "--prompt", "A cat playing piano", "--duration", "3", "--data", _data, "--out", file, "--json", "--simulator-time", "1");
        Assert.True(code == 0, errors);
        JsonElement result = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]).RootElement;
        Assert.Equal("completed", result.GetProperty("status").GetString());
        byte[] video = await File.ReadAllBytesAsync(file);
        Assert.Equal(video.Length, result.GetProperty("video").GetProperty("size").GetInt64());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(video)), result.GetProperty("video").GetProperty("sha256").GetString());
        Assert.True(result.GetProperty("elapsed_ms").GetInt64() > 0);
        await AssertPlayableAsync(file, seconds: 3);
    }

    [Fact]
    public async Task A_host_killed_while_a_job_waits_finishes_it_after_a_restart_without_a_second_submit()
    {
        JobId id;
        // The same port for both: Evolink may fetch the image, and call back, after the restart.
        string port = FreePort();
        using (CliProcess first = new(["serve", "--port", port, "--data", _data, "--simulator-time", "3"]))
        {
            using HttpClient client = await ClientAsync(first);
            id = await client.StartAsync(Api.Body(image: await client.UploadSampleAsync()));
            string? evolinkTask = null;
            while (evolinkTask is null)
                evolinkTask = (await client.TaskAsync(id)).TryGetProperty("evolink_task_id", out JsonElement task) ? task.GetString() : null;
            first.Kill();
            await first.ToEndAsync();
        }

        using CliProcess second = new(["serve", "--port", port, "--data", _data, "--simulator-time", "3"]);
        using HttpClient again = await ClientAsync(second);
        JsonElement end;
        do
        {
            using HttpRequestMessage request = new(HttpMethod.Get, $"v1/tasks/{id}") { Headers = { { "Prefer", "wait=10" } } };
            using HttpResponseMessage response = await again.SendAsync(request);
            end = await response.JsonAsync();
        }
        while (end.GetProperty("status").GetString() is "pending" or "processing");

        Assert.True(end.GetProperty("status").GetString() == "completed", end.ToString());
        byte[] video = await again.GetByteArrayAsync(end.GetProperty("results")[0].GetString());
        Assert.Equal(end.GetProperty("video").GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(video)));
        string journal = await File.ReadAllTextAsync(Path.Combine(_data, "simulator", "journal.jsonl"));
        Assert.Equal(1, journal.Split($"{id}.1").Length - 1);
    }

    [Fact]
    public async Task Commands_talk_to_the_app_that_holds_the_data_folder()
    {
        foreach (string name in new[] { "a.png", "b.png" })
            File.Copy(Api.SamplePath, Path.Combine(_data, name));
        await File.WriteAllTextAsync(Path.Combine(_data, "c.png"), "no image");
        using CliProcess serve = new(["serve", "--port", "0", "--data", _data, "--simulator-time", "0.1"]);
        using HttpClient client = await ClientAsync(serve);

        (int code, string output, _) = await CliProcess.RunAsync(
            "generate", "--image", Path.Combine(_data, "*.png"), "--prompt", "A cat", "--duration", "2", "--endpoint", client.BaseAddress!.AbsoluteUri, "--data", _data, "--json");
        JsonElement[] reports = [.. Lines(output)];
        Assert.Equal((1, "completed completed failed"), (code, string.Join(' ', reports.Select(report => report.GetProperty("status").GetString()))));
        Assert.Equal(["a.png", "b.png", "c.png"], reports.Select(report => Path.GetFileName(report.GetProperty("image").GetString())!));

        (code, output, _) = await CliProcess.RunAsync("list", "--data", _data, "--json");
        string?[] ids = [.. Lines(output).Select(task => task.GetProperty("id").GetString())];
        Assert.Equal(0, code);
        Assert.Equal(reports[..2].Select(report => report.GetProperty("id").GetString()).Order(StringComparer.Ordinal), ids.Order(StringComparer.Ordinal));

        (code, output, _) = await CliProcess.RunAsync("watch", ids[0]!, "--data", _data, "--out", Path.Combine(_data, "out") + Path.DirectorySeparatorChar);
        Assert.Equal(0, code);
        Assert.Equal(reports[..2].Single(report => report.GetProperty("id").GetString() == ids[0]).GetProperty("video").GetProperty("size").GetInt64(), new FileInfo(Path.Combine(_data, "out", $"{ids[0]}.mp4")).Length);
        Assert.DoesNotContain('\u001b', output);

        (code, output, string errors) = await CliProcess.RunAsync("open", "gen-nothing", "--data", _data);
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("task_not_found: ", errors, StringComparison.Ordinal);
    }

    private static IEnumerable<JsonElement> Lines(string output) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement);

    private static string FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }

    private async Task<HttpClient> ClientAsync(CliProcess serve)
    {
        string line = await serve.ReadLineAsync();
        string address = line.Split(' ').First(word => word.StartsWith("http://", StringComparison.Ordinal));
        return new HttpClient
        {
            BaseAddress = new Uri(address),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", LocalKeys.Read(_data)!.Client) },
        };
    }

    private static async Task AssertPlayableAsync(string file, int seconds)
    {
        Process? ffprobe = null;
        try
        {
            ffprobe = Process.Start(new ProcessStartInfo(
                "ffprobe", ["-v", "error", "-show_entries", "stream=codec_name,codec_type:format=duration", "-of", "json", file])
            { RedirectStandardOutput = true, UseShellExecute = false });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("ffprobe is not installed (package ffmpeg), so nothing here can say whether the video plays.");
        }

        using (ffprobe)
        {
            JsonElement found = JsonDocument.Parse(await ffprobe!.StandardOutput.ReadToEndAsync()).RootElement;
            await ffprobe.WaitForExitAsync();
            Assert.Equal("h264", found.GetProperty("streams")[0].GetProperty("codec_name").GetString());
            Assert.Equal(seconds, double.Parse(found.GetProperty("format").GetProperty("duration").GetString()!, CultureInfo.InvariantCulture), tolerance: 0.01);
        }
    }
}
