using System.CommandLine.Parsing;

namespace Evolink.LocalHost.Cli;

/// <summary><c>generate</c>: images and a prompt to videos.</summary>
internal sealed class GenerateCommand : Command
{
    private const int StandardPort = 7071;

    private readonly Option<string[]> _image = new("--image")
    {
        Description = "The first frame: a file (jpeg, png without alpha, bmp or webp, at most 10 MB, each side 360 to 2000 pixels) "
            + "or a public link. Several, or a pattern such as \"shop/*.png\": a video each.",
        HelpName = "PATH",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<bool> _fit = new("--fit")
    {
        Description = "Scale pictures that are too large, and put transparent ones on white, in place of refusing them.",
    };

    private readonly Option<string> _prompt = new("--prompt")
    {
        Description = "What the video shall show, at most 1500 characters.",
        HelpName = "TEXT",
        Required = true,
    };

    private readonly Option<int?> _duration = new("--duration")
    {
        Description = "Seconds, 2 to 15.",
        HelpName = "SECONDS",
        CustomParser = static result => CommonOptions.ReadNumber(result, 2, 15),
    };

    private readonly Option<string?> _quality = Text("--quality", "Default: 720p.", "QUALITY").AcceptOnlyFromAmong("720p", "1080p");
    private readonly Option<string?> _shot = Text("--shot-type", "Default: single.", "TYPE").AcceptOnlyFromAmong("single", "multi");
    private readonly Option<bool> _noExtend = new("--no-prompt-extend") { Description = "Use the prompt as it is." };
    private readonly Option<string?> _audio = Text("--audio-url", "Link to an mp3 that the video is made to.", "URL");
    private readonly Option<string?> _callback = Text("--callback-url", "Where the app calls when it is over.", "URL");
    private readonly Option<string?> _output =
        Text("--out", "Save the video here; into a folder where it ends with a slash, named after the image.", "FILE");

    private readonly Option<string?> _reference =
        Text("--reference", "Your own name for it, in lists, events and webhooks; default: the image's name.", "TEXT");

    private readonly Option<string?> _key =
        Text("--idempotency-key", "The same key and request meet the same job, and are paid once, however often they are sent.", "KEY");

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Write one JSON object for each image to standard output, everything else to standard error.",
    };

    private readonly AppConnectionOptions _connection = new();
    private readonly Option<double> _simulatorTime = CommonOptions.SimulatorTime();
    private readonly Option<string?> _azurite = CommonOptions.Azurite();
    private readonly Option<bool> _verbose = CommonOptions.Verbose();

    public GenerateCommand()
        : base("generate", "Makes a video from an image and a prompt, by the app that holds the data folder, or by one of its own.")
    {
        Option[] options =
        [
            _image, _fit, _prompt, _duration, _quality, _shot, _noExtend, _audio, _reference, _callback, _key, _output, _json,
            _simulatorTime, _azurite, _verbose,
        ];
        foreach (Option option in options)
            Add(option);
        _connection.AddTo(this);
        _key.Validators.Add(static result => CommonOptions.Require(
            result, result.Tokens.All(key => IdempotencyKey.IsValid(key.Value)), $"--idempotency-key must have {IdempotencyKey.Rule}."));
        Validators.Add(result => CommonOptions.Require(
            result,
            !IsGiven(result, _noExtend) || !IsGiven(result, _shot),
            "--shot-type only works while the prompt may be rewritten: leave out --no-prompt-extend."));
        Validators.Add(result => CommonOptions.Require(
            result,
            !IsGiven(result, _connection.Key) || IsGiven(result, _connection.Endpoint),
            "--key is for the app at --endpoint: give both, or neither."));
        SetAction(parsed => GenerateRun.RunAsync(Read(parsed)));
    }

    private GenerateOptions Read(ParseResult parsed) => new()
    {
        Images = parsed.GetValue(_image)!,
        Request = new VideoGenerationRequest
        {
            Prompt = parsed.GetValue(_prompt)!,
            Duration = parsed.GetValue(_duration),
            Quality = parsed.GetValue(_quality),
            PromptExtend = parsed.GetValue(_noExtend) ? false : null,
            ModelParams = parsed.GetValue(_shot) is { } shot ? new VideoModelParameters { ShotType = shot } : null,
            AudioUrl = parsed.GetValue(_audio),
            Reference = parsed.GetValue(_reference),
            CallbackUrl = parsed.GetValue(_callback),
        },
        Fit = parsed.GetValue(_fit),
        IdempotencyKey = parsed.GetValue(_key),
        Out = parsed.GetValue(_output),
        Json = parsed.GetValue(_json),
        Connection = _connection.Read(parsed),
        Local = new LocalEnvironmentOptions
        {
            DataFolder = parsed.GetValue(_connection.Data)!,
            Port = StandardPort,
            AnyPortIfTaken = true,
            SimulatedDuration = TimeSpan.FromSeconds(parsed.GetValue(_simulatorTime)),
            AzuriteFolder = parsed.GetValue(_azurite),
            LogLevel = CommonOptions.Level(parsed.GetValue(_verbose), LogLevel.Error),
            Note = Console.Error.WriteLine,
        },
    };

    private static Option<string?> Text(string name, string description, string unit) =>
        new(name) { Description = description, HelpName = unit };

    private static bool IsGiven(SymbolResult result, Option option) => result.GetResult(option) is { Implicit: false };
}
