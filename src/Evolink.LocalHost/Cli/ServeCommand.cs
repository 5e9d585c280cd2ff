namespace Evolink.LocalHost.Cli;

/// <summary><c>serve</c>: the app on this machine until Ctrl-C.</summary>
internal static class ServeCommand
{
    private const int StandardPort = 7071;

    public static Command Build()
    {
        Option<int> port = CommonOptions.Port(StandardPort);
        Option<string> data = CommonOptions.Data();
        Option<double> simulatorTime = CommonOptions.SimulatorTime();
        Option<string?> azurite = CommonOptions.Azurite();
        Option<bool> verbose = CommonOptions.Verbose();
        var command = new Command("serve", "Runs the app until Ctrl-C, and finishes what earlier runs left.") { port, data, simulatorTime, azurite, verbose };
        command.SetAction(parsed => RunAsync(new LocalEnvironmentOptions
        {
            Port = parsed.GetValue(port),
            DataFolder = parsed.GetValue(data)!,
            SimulatedDuration = TimeSpan.FromSeconds(parsed.GetValue(simulatorTime)),
            AzuriteFolder = parsed.GetValue(azurite),
            LogLevel = CommonOptions.Level(parsed.GetValue(verbose), LogLevel.Warning),
            Note = Console.Error.WriteLine,
        }));
        return command;
    }

    private static async Task<int> RunAsync(LocalEnvironmentOptions options)
    {
        using var signals = new StopSignals();
        try
        {
            await using LocalEnvironment environment = await LocalEnvironment.StartAsync(options, signals.Token);
            string curl = await CurlAsync(environment, signals.Token);
            string provider = environment.SimulatorUrl is { } simulator ? $"simulated Evolink at {Trim(simulator)}" : "the real Evolink API, which costs credits";
            // In the fragment, which a browser sends to nobody: whoever opens the link needs no key.
            Console.WriteLine($"Open {Trim(environment.BaseUrl)}/#key={environment.Data.Keys.Client}");
            Console.WriteLine($"Evolink.Functions answers at {Trim(environment.BaseUrl)} ({provider}; data in {options.DataFolder}). Ctrl-C ends it.");
            Console.WriteLine(curl);
            if (environment.StorageConnection is { } storage)
                Console.WriteLine($"export AZURE_STORAGE_CONNECTION_STRING=\"{storage}\"");
            await environment.StorageLost.WaitAsync(signals.Token);
            throw new LocalHostException("Azurite, the local storage, ended unexpectedly. Start again: nothing that was accepted is lost.");
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            return ExitCode.Done; // asked to stop is how serving ends, however early
        }
    }

    /// <summary>A generation that works as it is pasted: the sample image is already there.</summary>
    private static async Task<string> CurlAsync(LocalEnvironment environment, CancellationToken cancellationToken)
    {
        EvolinkAppClient app = AppConnection.ClientOf(environment.BaseUrl, environment.Data.Keys.Client);
        string image = await UploadSampleAsync(app, cancellationToken);
        string body = $$"""{"model":"wan2.6-image-to-video","prompt":"A cat playing piano","image_urls":["{{image}}"]}""";
        string quoted = OperatingSystem.IsWindows() ? $"\"{body.Replace("\"", "\\\"")}\"" : $"'{body}'";
        return $"curl -sS {Trim(environment.BaseUrl)}/v1/videos/generations -H \"Authorization: Bearer {environment.Data.Keys.Client}\" -H \"Content-Type: application/json\" -d {quoted}";
    }

    private static async Task<string> UploadSampleAsync(EvolinkAppClient app, CancellationToken cancellationToken)
    {
        try
        {
            using Stream sample = typeof(ServeCommand).Assembly.GetManifestResourceStream("cat.png")!;
            using MemoryStream image = new();
            await sample.CopyToAsync(image, cancellationToken);
            return (await app.UploadImageAsync(image.ToArray(), "image/png", cancellationToken)).OriginalString;
        }
        catch (EvolinkException refused)
        {
            // No reason not to serve: /healthz tells what is missing.
            await Console.Error.WriteLineAsync($"The sample image could not be uploaded: {refused.Message}");
            return "https://example.com/image1.png";
        }
    }

    private static string Trim(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
