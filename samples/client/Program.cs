// An image and a prompt go to an Evolink.Functions app, and a video comes back as a file:
//
//   dotnet run --project samples/client -- http://127.0.0.1:7071 KEY samples/cat.png "A cat playing piano" cat.mp4
//
// It may be stopped and run again with the same arguments: what was paid for is met again, and downloaded.
using System.Security.Cryptography;
using System.Text;
using Evolink.Client;
using Microsoft.Extensions.DependencyInjection;

if (args is not [var address, var key, var image, var prompt, var output])
{
    Console.Error.WriteLine("Give the app's address, a client key, an image, a prompt and a file for the video.");
    return 2;
}

ServiceCollection services = new();
services.AddEvolinkAppClient(options => (options.BaseUrl, options.ApiKey) = (new Uri(address), key));
await using ServiceProvider provider = services.BuildServiceProvider();
EvolinkAppClient app = provider.GetRequiredService<EvolinkAppClient>();

try
{
    byte[] bytes = await File.ReadAllBytesAsync(image);
    Uri link = await app.UploadImageAsync(bytes, TypeOf(image));
    VideoGenerationRequest request = new() { Prompt = prompt, ImageUrls = [link.OriginalString], Reference = Path.GetFileName(image) };
    // The same image and prompt are the same job.
    string idempotencyKey = Convert.ToHexString(SHA256.HashData([.. bytes, .. Encoding.UTF8.GetBytes(prompt)]));
    EvolinkAppTask task = await app.StartAsync(request, idempotencyKey);
    await foreach (EvolinkAppTask reading in app.WatchAsync(task.Id))
    {
        task = reading;
        Console.WriteLine($"{task.Id} {task.Status} {task.Progress} % {task.WaitingFor?.Message}".TrimEnd());
    }

    if (!task.IsCompleted)
    {
        Console.Error.WriteLine($"{task.Error?.Code}: {task.Error?.Message}");
        return 1;
    }

    DownloadedVideo video = await app.DownloadToAsync(task, output);
    Console.WriteLine($"{output}: {video.Size} bytes, SHA-256 {video.Sha256}");
    return 0;
}
catch (EvolinkException failure)
{
    Console.Error.WriteLine($"{failure.Code}: {failure.ErrorMessage ?? failure.Message}");
    return 1;
}

static string TypeOf(string image) => Path.GetExtension(image).ToLowerInvariant() switch
{
    ".jpg" or ".jpeg" => "image/jpeg",
    ".bmp" => "image/bmp",
    ".webp" => "image/webp",
    _ => "image/png",
};
