using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Support;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>The program as a user runs it: real processes, real signals, a data folder on disk.</summary>
public sealed partial class ProcessTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("evolink-process-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Generate_makes_a_playable_video_of_the_asked_length()
    {
        string file = Path.Combine(_data, "video.mp4");
        using CliProcess generate = new(
            ["generate", "--image", Api.SamplePath, "--prompt", "A cat playing piano", "--duration", "3", "--data", _data, "--out", file, "--json", "--simulator-time", "1"]);
        IReadOnlyList<int> children = OperatingSystem.IsLinux() ? await ChildrenOfAsync(generate, count: 2) : [];
        (int code, string output, string errors) = await generate.ToEndAsync();
        Assert.True(code == 0, errors);
        Assert.All(errors.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(Progress(), line));
        Assert.DoesNotContain(children, LinuxProcesses.IsRunning);
        JsonElement result = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]).RootElement;
        Assert.Equal("completed", result.GetProperty("status").GetString());
        byte[] video = await File.ReadAllBytesAsync(file);
        Assert.Equal(video.Length, result.GetProperty("video").GetProperty("size").GetInt64());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(video)), result.GetProperty("video").GetProperty("sha256").GetString());
        Assert.True(result.GetProperty("elapsed_ms").GetInt64() > 0);
        await AssertPlayableAsync(file, seconds: 3);
    }

    [Fact]
    public async Task Commands_talk_to_the_app_that_holds_the_data_folder()
    {
        foreach (string name in new[] { "a.png", "b.png" })
            File.Copy(Api.SamplePath, Path.Combine(_data, name));
        await File.WriteAllTextAsync(Path.Combine(_data, "c.png"), "no image");
        using CliProcess serve = new(["serve", "--port", "0", "--data", _data, "--simulator-time", "0.1"]);
        using HttpClient client = await serve.ClientAsync(_data);

        string videos = Path.Combine(_data, "out") + Path.DirectorySeparatorChar;
        string[] all = ["--prompt", "A cat", "--duration", "2", "--idempotency-key", "cats", "--out", videos, "--data", _data, "--json"];
        (int code, string output, string errors) = await CliProcess.RunAsync(["generate", "--image", Path.Combine(_data, "*.png"), .. all]);
        Assert.Equal((2, ""), (code, output)); // before anything is paid
        Assert.Contains("c.png", errors, StringComparison.Ordinal);
        File.Delete(Path.Combine(_data, "c.png"));
        await using (FileStream b = File.OpenWrite(Path.Combine(_data, "b.png")))
        {
            // Behind its end: the same picture, and another file.
            b.Seek(0, SeekOrigin.End);
            b.WriteByte(0);
        }

        // No --endpoint: the app that runs on the folder makes them.
        (code, output, errors) = await CliProcess.RunAsync(["generate", "--image", Path.Combine(_data, "*.png"), .. all]);
        Assert.Contains($"The app at {client.BaseAddress!.Authority}", errors, StringComparison.Ordinal);
        JsonElement[] reports = [.. Lines(output)];
        Assert.Equal((0, "completed completed"), (code, string.Join(' ', reports.Select(report => report.GetProperty("status").GetString()))));
        Assert.Equal(["a.png", "b.png"], reports.Select(report => Path.GetFileName(report.GetProperty("image").GetString())!));
        Assert.Equal(["a.mp4", "b.mp4"], Directory.GetFiles(videos).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        string[] named = [Path.Combine(_data, "b.png"), Path.Combine(_data, "a.png")];
        (code, output, _) = await CliProcess.RunAsync(["generate", "--image", .. named, .. all]);
        Assert.Equal(
            reports.Select(report => report.GetProperty("id").GetString()).Reverse(),
            Lines(output).Select(report => report.GetProperty("id").GetString())); // sent again, and neither paid nor overwritten
        Assert.Equal(4, Directory.GetFiles(videos).Length);

        (code, output, _) = await CliProcess.RunAsync("list", "--data", _data, "--json");
        string?[] ids = [.. Lines(output).Select(task => task.GetProperty("id").GetString())];
        Assert.Equal(0, code);
        Assert.Equal(reports.Select(report => report.GetProperty("id").GetString()).Order(StringComparer.Ordinal), ids.Order(StringComparer.Ordinal));

        (code, output, _) = await CliProcess.RunAsync("list", "--data", _data);
        string[] lines = output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("ID ", lines[0], StringComparison.Ordinal);
        Assert.Contains("  A cat  ", Assert.Single(lines, line => line.Contains("  b.png  ", StringComparison.Ordinal)), StringComparison.Ordinal);

        (code, output, errors) = await CliProcess.RunAsync("operator", "story", ids[0]!, "--data", _data);
        Assert.True(code == 0, errors);
        Assert.Contains(ids[0]!, output, StringComparison.Ordinal);

        (code, output, _) = await CliProcess.RunAsync("watch", ids[0]!, "--data", _data, "--out", Path.Combine(_data, "out") + Path.DirectorySeparatorChar);
        Assert.Equal(0, code);
        Assert.Equal(reports.Single(report => report.GetProperty("id").GetString() == ids[0]).GetProperty("video").GetProperty("size").GetInt64(), new FileInfo(Path.Combine(_data, "out", $"{ids[0]}.mp4")).Length);
        Assert.DoesNotContain('\u001b', output);

        (code, output, errors) = await CliProcess.RunAsync("open", "gen-nothing", "--data", _data);
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("task_not_found: ", errors, StringComparison.Ordinal);
    }

    // Storage and worker.
    private static async Task<IReadOnlyList<int>> ChildrenOfAsync(CliProcess process, int count)
    {
        IReadOnlyList<int> children;
        while ((children = LinuxProcesses.ChildrenOf(process.Id)).Count < count)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        return children;
    }

    [GeneratedRegex(
        @"^[a-z ]+( \d+%)? \(\d+ s(, about \d+ s left)?\)$|^Installing Azurite|^(Waiting for Azurite|Starting the app)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Progress();

    private static IEnumerable<JsonElement> Lines(string output) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement);

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
