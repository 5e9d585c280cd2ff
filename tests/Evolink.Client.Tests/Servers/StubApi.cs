using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Evolink.Client.Tests;

/// <summary>One request as the server saw it.</summary>
internal sealed record SeenRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>A real HTTP server on a loopback port, which gives the answers it is told, the last one for ever.</summary>
internal sealed class StubApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<SeenRequest> _seen = new();
    private int _calls;

    private StubApi(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.Single());

    public IReadOnlyList<SeenRequest> Seen => [.. _seen];

    public static async Task<StubApi> StartAsync(params RequestDelegate[] answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var api = new StubApi(builder.Build());
        api._app.Run(async context =>
        {
            context.Request.EnableBuffering();
            using var reader = new StreamReader(context.Request.Body, System.Text.Encoding.Latin1, leaveOpen: true);
            api._seen.Enqueue(new SeenRequest(
                context.Request.Method,
                context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
                context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                await reader.ReadToEndAsync()));
            context.Request.Body.Position = 0;
            await answers[Math.Min(Interlocked.Increment(ref api._calls), answers.Length) - 1](context);
        });
        await api._app.StartAsync();
        return api;
    }

    public static Task<StubApi> StartAsync(int status, string body, params (string Name, string Value)[] headers) =>
        StartAsync(Answer(status, body, headers));

    public static RequestDelegate Answer(int status, string body, params (string Name, string Value)[] headers) => async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = body.StartsWith('<') ? "text/html" : "application/json";
        foreach (var (name, value) in headers) context.Response.Headers[name] = value;
        if (status is not (204 or 304)) await context.Response.WriteAsync(body);
    };

    /// <summary>Never answers, until the client goes away.</summary>
    public static async Task Silence(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    public EvolinkClient Client(Action<EvolinkClientOptions>? configure = null) => Clients.For(Url, configure);

    /// <summary>A client of this server as of an app.</summary>
    public EvolinkAppClient AppClient(Action<EvolinkAppClientOptions>? configure = null)
    {
        EvolinkAppClientOptions options = new() { BaseUrl = Url, ApiKey = Clients.AppKey };
        configure?.Invoke(options);
        return new EvolinkAppClient(options);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
