using System.CommandLine;
using Evolink.LocalHost.Hosting;
using Microsoft.Extensions.Logging;

namespace Evolink.LocalHost.Cli;

/// <summary><c>generate</c>: images and a prompt to videos.</summary>
internal static class GenerateCommand
{
    private const int StandardPort = 7071;

    public static Command Build()
    {
        var image = new Option<string[]>("--image")
        {
            Description = "The first frame: jpeg, png without alpha, bmp or webp, at most 10 MB, each side 360 to 2000 pixels. Several, or a pattern such as \"shop/*.png\": a video each.",
            HelpName = "PATH",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var prompt = new Option<string>("--prompt") { Description = "What the video shall show, at most 1500 characters.", HelpName = "TEXT", Required = true };
        var duration = new Option<int?>("--duration") { Description = "Seconds, 2 to 15.", HelpName = "SECONDS" };
        duration.Validators.Add(static result => CommonOptions.Require(result, result.GetValueOrDefault<int?>() is null or (>= 2 and <= 15), "--duration is 2 to 15 seconds."));
        Option<string?> quality = new Option<string?>("--quality") { Description = "720p (default) or 1080p." }.AcceptOnlyFromAmong("720p", "1080p");
        Option<string?> shotType = new Option<string?>("--shot-type") { Description = "single (default) or multi." }.AcceptOnlyFromAmong("single", "multi");
        var noExtend = new Option<bool>("--no-prompt-extend") { Description = "Use the prompt as it is." };
        var audio = new Option<string?>("--audio-url") { Description = "Link to an mp3 that the video is made to.", HelpName = "URL" };
        var output = new Option<string?>("--out") { Description = "Save the video here; into a folder where it ends with a slash.", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "Write one JSON object for each image to standard output, everything else to standard error." };
        var connection = new AppConnectionOptions();
        Option<double> simulatorTime = CommonOptions.SimulatorTime();
        Option<string?> azurite = CommonOptions.Azurite();
        Option<bool> verbose = CommonOptions.Verbose();
        var command = new Command("generate", "Makes a video from an image and a prompt; without --endpoint by an app of its own.")
        {
            image, prompt, duration, quality, shotType, noExtend, audio, output, json, simulatorTime, azurite, verbose,
        };
        connection.AddTo(command);
        command.Validators.Add(result => CommonOptions.Require(
            result, !(result.GetValue(noExtend) && result.GetValue(shotType) is not null), "--shot-type only works while the prompt may be rewritten: leave out --no-prompt-extend."));
        command.SetAction(parsed => GenerateRun.RunAsync(new GenerateOptions
        {
            Images = parsed.GetValue(image)!,
            Prompt = parsed.GetValue(prompt)!,
            Duration = parsed.GetValue(duration),
            Quality = parsed.GetValue(quality),
            ShotType = parsed.GetValue(shotType),
            NoPromptExtend = parsed.GetValue(noExtend),
            AudioUrl = parsed.GetValue(audio),
            Out = parsed.GetValue(output),
            Json = parsed.GetValue(json),
            Connection = connection.Read(parsed),
            Local = new LocalEnvironmentOptions
            {
                DataFolder = parsed.GetValue(connection.Data)!,
                Port = StandardPort,
                AnyPortIfTaken = true,
                SimulatedDuration = TimeSpan.FromSeconds(parsed.GetValue(simulatorTime)),
                AzuriteFolder = parsed.GetValue(azurite),
                LogLevel = CommonOptions.Level(parsed.GetValue(verbose), LogLevel.Error),
                Note = Console.Error.WriteLine,
            },
        }));
        return command;
    }
}
