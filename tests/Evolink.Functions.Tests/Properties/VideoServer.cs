using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Tests.Properties;

/// <summary>
/// Serves a video for every task id: an MP4 of three boxes that holds nothing but the id. A second result is named <c>{id}-r2</c>, and a third one,
/// <c>{id}-r3</c>, is a picture.
/// </summary>
public sealed class VideoServer : IAsyncLifetime
{
    private readonly WebApplication _app;

    public VideoServer()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(context => context.Response.Body.WriteAsync(Video(context.Request.Path.Value![1..])).AsTask());
    }

    public Uri Url => new(_app.Urls.Single());

    public static string Sha256Of(string taskId) => Convert.ToHexStringLower(SHA256.HashData(Video(taskId)));

    public async ValueTask InitializeAsync() => await _app.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static byte[] Video(string taskId) => taskId.EndsWith("-r3", StringComparison.Ordinal)
        ? [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, .. Encoding.ASCII.GetBytes(taskId), 0, 0, 0, 0, .. "IEND"u8, 0xAE, 0x42, 0x60, 0x82]
        :
        [
            0, 0, 0, 16, .. "ftypisom"u8, 0, 0, 0, 0, 0, 0, 0, 8, .. "moov"u8, 0, 0, 0, (byte)(8 + taskId.Length), .. "mdat"u8, .. Encoding.ASCII.GetBytes(taskId),
        ];
}
