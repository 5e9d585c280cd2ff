using System.Net;
using System.Net.Sockets;
using Evolink.LocalHost.Cli;
using Evolink.LocalHost.Data;
using Evolink.Testing.Hosting;

namespace Evolink.LocalHost.Tests.Cli;

public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Help_names_the_commands_and_shows_examples()
    {
        (int code, string output, _) = await CliProcess.RunAsync("--help");

        Assert.Equal(0, code);
        Assert.All(["serve", "generate", "simulate", "chaos ", "list", "show", "cancel", "watch", "open", "completion", "operator", "Examples:", "--image samples/cat.png"], part => Assert.Contains(part, output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_has_examples_of_its_own()
    {
        (int code, string output, _) = await CliProcess.RunAsync("generate", "--help");

        Assert.Equal(0, code);
        Assert.Contains("--image \"shop/*.png\"", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Evolink.LocalHost serve", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Evolink.LocalHost wa", "watch")]
    [InlineData("Evolink.LocalHost list --status ", "completed\nfailed\npending\nprocessing")]
    public async Task A_shell_is_told_what_may_follow(string line, string expected)
    {
        (int code, string output, _) = await CliProcess.RunAsync($"[suggest:{line.Length}]", line);

        Assert.Equal((0, expected), (code, output.ReplaceLineEndings("\n").Trim()));
    }

    [Theory]
    [InlineData("--image is needed", "Option '--image' is required", "generate", "--prompt", "x")]
    [InlineData("a duration has limits", "--duration is a whole number from 2 to 15, not \"16\".", "generate", "--image", "x", "--prompt", "x", "--duration", "16")]
    [InlineData("a quality is one of two", "'4k' not recognized", "generate", "--image", "x", "--prompt", "x", "--quality", "4k")]
    [InlineData("a shot type needs rewriting", "leave out --no-prompt-extend", "generate", "--image", "x", "--prompt", "x", "--shot-type", "multi", "--no-prompt-extend")]
    [InlineData("an endpoint is an address", "--endpoint is an address", "generate", "--image", "x", "--prompt", "x", "--endpoint", "host")]
    [InlineData("an unknown option", "--nonsense", "serve", "--nonsense")]
    [InlineData("a port has limits", "--port is a whole number from 0 to 65535, not \"70000\".", "--port", "70000")]
    [InlineData("a port is a number", "--port is a whole number from 0 to 65535, not \"x\".", "serve", "--port", "x")]
    [InlineData("a variable that is not set", "--port is a whole number from 0 to 65535, not \"\".", "serve", "--port", "")]
    [InlineData("a duration is a number", "--duration is a whole number from 2 to 15, not \"five\".", "generate", "--image", "x", "--prompt", "x", "--duration", "five")]
    [InlineData("a limit is a number", "--limit is a whole number from 1 to 1000000, not \"abc\".", "list", "--limit", "abc")]
    [InlineData("a time is a number", "--simulator-time is a number from 0 to 3600, not \"abc\".", "serve", "--simulator-time", "abc")]
    [InlineData("a key goes with an endpoint", "--key is for the app at --endpoint", "generate", "--image", "x", "--prompt", "x", "--key", "k")]
    [InlineData("an idempotency key has no blanks", "--idempotency-key must have 1 to 255", "generate", "--image", "x", "--prompt", "x", "--idempotency-key", "a b")]
    [InlineData("an id is not empty", "ID is empty.", "show", "")]
    [InlineData("the image is not there", "There is no image nowhere.png.", "generate", "--image", "nowhere.png", "--prompt", "x")]
    [InlineData("a campaign kills at every crash point", "--kills is a whole number from 4 to 10000, not \"3\".", "chaos", "--kills", "3")]
    [InlineData("a pattern matches nothing", "No file matches nowhere/*.png.", "generate", "--image", "nowhere/*.png", "--prompt", "x")]
    [InlineData("a purge asks whether it is meant", "add --yes", "operator", "purge", "gen-x")]
    [InlineData("an operator needs a key", "There is no operator's key", "operator", "submits", "--endpoint", "https://app.example.com")]
    [InlineData("the image is a folder", "--image is a file.", "generate", "--image", ".", "--prompt", "x")]
    public async Task Wrong_usage_ends_with_2_and_says_what_would_be_right(string rule, string message, params string[] args)
    {
        (int code, _, string errors) = await CliProcess.RunAsync(args);

        Assert.True(code == 2, $"{rule}: {code} {errors}");
        Assert.Contains(message, errors, StringComparison.Ordinal);
        AssertFriendly(errors);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("operator", "submits")]
    public async Task That_no_app_is_running_is_no_wrong_usage(params string[] command)
    {
        (int code, _, string errors) = await CliProcess.RunAsync([.. command, "--data", "nowhere"]);

        Assert.Equal(1, code);
        Assert.StartsWith("No app is running with the data folder nowhere.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_command_has_examples_of_its_own()
    {
        string program = HelpTexts.ExamplesOf(CommandLine.Build());
        foreach (System.CommandLine.Command command in CommandLine.Build().Subcommands.Where(command => !command.Hidden))
        {
            string examples = HelpTexts.ExamplesOf(command);
            Assert.NotEqual(program, examples);
            Assert.Contains($"Evolink.LocalHost {command.Name}", examples, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_image_above_the_limit_is_refused_before_anything_starts()
    {
        await using (FileStream image = File.Create(_folder["big.png"]))
            image.SetLength((11 << 20) + 1);

        (int code, _, string errors) = await CliProcess.RunAsync("generate", "--image", _folder["big.png"], "--prompt", "x", "--data", _folder["data"]);

        Assert.Equal(2, code);
        Assert.Contains("has 11.0 MB; Evolink takes at most 10.", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["data"]));
    }

    [Fact]
    public async Task A_port_in_use_is_named_with_the_option_that_helps()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;

        (int code, _, string errors) = await CliProcess.RunAsync("serve", "--port", $"{port}", "--data", _folder["data"]);

        Assert.Equal((1, $"Port {port} is already in use. Choose another with --port, or 0 for any that is free."), (code, errors.Trim()));
    }

    [Fact]
    public async Task The_simulator_names_a_port_in_use_too()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        (int code, _, string errors) = await CliProcess.RunAsync("simulate", "--port", $"{((IPEndPoint)taken.LocalEndpoint).Port}", "--data", _folder["data"]);

        Assert.Equal(1, code);
        Assert.Contains("already in use. Choose another with --port", errors, StringComparison.Ordinal);
        AssertFriendly(errors);
    }

    [Fact]
    public async Task A_data_folder_in_use_points_to_the_run_that_has_it()
    {
        using var data = DataFolder.Open(_folder["data"]);
        data.Announce(new Uri("http://127.0.0.1:7071"));

        (int code, _, string errors) = await CliProcess.RunAsync("serve", "--port", "0", "--data", _folder["data"]);

        Assert.Equal(1, code);
        Assert.Contains("--endpoint http://127.0.0.1:7071", errors, StringComparison.Ordinal);
        AssertFriendly(errors);
    }

    [Fact]
    public async Task Without_Node_it_says_what_to_install()
    {
        using var process = new CliProcess(["serve", "--port", "0", "--data", _folder["data"]], new Dictionary<string, string?> { ["PATH"] = _folder.Location });

        (int code, _, string errors) = await process.ToEndAsync();

        Assert.Equal(1, code);
        Assert.Contains("Node.js was not found, but Azurite, the local storage, needs version 20 or newer.", errors, StringComparison.Ordinal);
        AssertFriendly(errors);
    }

    private static void AssertFriendly(string errors) => Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
}
