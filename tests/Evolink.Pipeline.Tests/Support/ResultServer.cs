using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Evolink.Pipeline.Tests.Support;

/// <summary>A host of results on loopback that answers as a test says.</summary>
internal sealed class ResultServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ResultServer(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.Single());

    public string Link => $"{Url}video.mp4";

    /// <summary>The <c>Range</c> headers that came, one for each request; empty where there was none.</summary>
    public ConcurrentQueue<string> Ranges { get; } = new();

    public static async Task<ResultServer> StartAsync(Func<HttpContext, Task> answer, X509Certificate2? certificate = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
                listen.UseHttps(certificate);
        }));
        ResultServer server = new(builder.Build());
        server._app.Run(async context =>
        {
            server.Ranges.Enqueue(context.Request.Headers.Range.ToString());
            await answer(context);
        });
        await server._app.StartAsync();
        return server;
    }

    /// <summary>A server of one video, as object stores are.</summary>
    public static Task<ResultServer> StartAsync(byte[] video, string? version = "\"v1\"", bool ranges = true) =>
        StartAsync(context => ServeAsync(context, video, version, ranges));

    public static Task ServeAsync(HttpContext context, byte[] video, string? version = "\"v1\"", bool ranges = true) =>
        TypedResults.Bytes(video, "video/mp4", entityTag: version is null ? null : EntityTagHeaderValue.Parse(version), enableRangeProcessing: ranges)
            .ExecuteAsync(context);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
