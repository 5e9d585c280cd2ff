using System.CommandLine;
using Evolink.LocalHost.Hosting;
using Microsoft.Extensions.Logging;

namespace Evolink.LocalHost.Cli;

/// <summary><c>generate</c>: one image and a prompt to one video.</summary>
internal static class GenerateCommand
{
    private const int StandardPort = 7071;

    public static Command Build()
    {
        var image = new Option<string>("--image") { Description = "The first frame: jpeg, png without alpha, bmp or webp, at most 10 MB, each side 360 to 2000 pixels.", HelpName = "PATH", Required = true };
        var prompt = new Option<string>("--prompt") { Description = "What the video shall show, at most 1500 characters.", HelpName = "TEXT", Required = true };
        var duration = new Option<int?>("--duration") { Description = "Seconds, 2 to 15.", HelpName = "SECONDS" };
        duration.Validators.Add(static result => CommonOptions.Require(result, result.GetValueOrDefault<int?>() is null or (>= 2 and <= 15), "--duration is 2 to 15 seconds."));
        Option<string?> quality = new Option<string?>("--quality") { Description = "720p (default) or 1080p." }.AcceptOnlyFromAmong("720p", "1080p");
        Option<string?> shotType = new Option<string?>("--shot-type") { Description = "single (default) or multi." }.AcceptOnlyFromAmong("single", "multi");
        var noExtend = new Option<bool>("--no-prompt-extend") { Description = "Use the prompt as it is." };
        var audio = new Option<string?>("--audio-url") { Description = "Link to an mp3 that the video is made to.", HelpName = "URL" };
        var output = new Option<string?>("--out") { Description = "Save the video here.", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "Write one JSON object to standard output, everything else to standard error." };
        Option<Uri?> endpoint = Endpoint();
        var key = new Option<string?>("--key") { Description = "Client key for --endpoint; default: the data folder's development key, for an endpoint on this machine.", HelpName = "KEY" };
        Option<string> data = CommonOptions.Data();
        Option<double> simulatorTime = CommonOptions.SimulatorTime();
        Option<string?> azurite = CommonOptions.Azurite();
        Option<bool> verbose = CommonOptions.Verbose();
        Option<bool> replay = CommonOptions.ReplayEveryStep();
        var command = new Command("generate", "Makes one video from an image and a prompt.")
        {
            image, prompt, duration, quality, shotType, noExtend, audio, output, json, endpoint, key, data, simulatorTime, azurite, verbose, replay,
        };
        command.Validators.Add(result => CommonOptions.Require(
            result, !(result.GetValue(noExtend) && result.GetValue(shotType) is not null), "--shot-type only works while the prompt may be rewritten: leave out --no-prompt-extend."));
        command.SetAction(parsed => GenerateRun.RunAsync(new GenerateOptions
        {
            Image = parsed.GetValue(image)!,
            Prompt = parsed.GetValue(prompt)!,
            Duration = parsed.GetValue(duration),
            Quality = parsed.GetValue(quality),
            ShotType = parsed.GetValue(shotType),
            NoPromptExtend = parsed.GetValue(noExtend),
            AudioUrl = parsed.GetValue(audio),
            Out = parsed.GetValue(output),
            Json = parsed.GetValue(json),
            Endpoint = parsed.GetValue(endpoint),
            Key = parsed.GetValue(key),
            DataFolder = parsed.GetValue(data)!,
            Local = new LocalEnvironmentOptions
            {
                DataFolder = parsed.GetValue(data)!,
                Port = StandardPort,
                AnyPortIfTaken = true,
                SimulatedDuration = TimeSpan.FromSeconds(parsed.GetValue(simulatorTime)),
                AzuriteFolder = parsed.GetValue(azurite),
                ReplayEveryStep = parsed.GetValue(replay),
                LogLevel = CommonOptions.Level(parsed.GetValue(verbose), LogLevel.Error),
                Note = Console.Error.WriteLine,
            },
        }));
        return command;
    }

    private static Option<Uri?> Endpoint() => new("--endpoint")
    {
        Description = "Address of a running app to send the generation to, in place of running one here.",
        HelpName = "URL",
        CustomParser = static result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out Uri? address) && address.Scheme is ("http" or "https"))
                return address;
            result.AddError($"--endpoint is an address such as https://my-app.azurewebsites.net, not \"{result.Tokens[0].Value}\".");
            return null;
        },
    };
}
