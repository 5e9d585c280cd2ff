using System.Net;
using FunctionsHost.App;
using FunctionsHost.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;
using Socket = System.Net.Sockets.Socket;

namespace FunctionsHost.Http;

/// <summary>The address of the app: finds the function of a request, and runs it.</summary>
internal sealed partial class HttpFront : IAsyncDisposable
{
    private const string WebhookPath = "/runtime/webhooks";

    // As the real host's.
    private const long MaxRequestBodyBytes = 100L << 20;

    private readonly WebApplication _app;
    private readonly IReadOnlyList<string> _openWebhooks;
    private readonly ILogger _log;
    private readonly TaskCompletionSource<Ready> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HttpFront(WebApplication app, IReadOnlyList<string> openWebhooks, ILogger log)
    {
        (_app, _openWebhooks, _log) = (app, openWebhooks, log);
        Forwarder = new WorkerForwarder(app.Services.GetRequiredService<IHttpForwarder>());
    }

    public WorkerForwarder Forwarder { get; }

    /// <summary>Listens. Requests that come before the app runs wait for it.</summary>
    public static async Task<HttpFront> StartAsync(Socket socket, FunctionAppOptions options, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs);
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        builder.Services.AddRouting();
        builder.Services.AddHttpForwarder();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.WorkerTimeouts.Stop);
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = _ => socket);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = MaxRequestBodyBytes;
            kestrel.Listen(IPAddress.Loopback, ((IPEndPoint)socket.LocalEndPoint!).Port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        WebApplication app = builder.Build();
        HttpFront front = new(app, options.Webhooks, logs.CreateLogger("FunctionsHost.Http"));
        app.Run(front.HandleAsync);
        await app.StartAsync(cancellationToken);
        return front;
    }

    /// <summary>Opens the door for the app's functions.</summary>
    /// <exception cref="FunctionAppException">A route is not valid.</exception>
    public void Open(AppJobHost jobHost, string routePrefix)
    {
        DefaultInlineConstraintResolver constraints = new(_app.Services.GetRequiredService<IOptions<RouteOptions>>(), _app.Services);
        FunctionRoutes routes = new(jobHost.Functions, routePrefix, constraints);
        _ready.SetResult(new Ready(jobHost, routes, jobHost.Functions.ToDictionary(function => function.Name)));
    }

    /// <summary>Takes no more requests, and lets those that run finish.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Forwarder.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        Ready ready = await _ready.Task.WaitAsync(context.RequestAborted);
        if (context.Request.Path.StartsWithSegments(WebhookPath, out PathString rest) && rest.Value is ['/', .. var name]
            && _openWebhooks.Contains(name, StringComparer.OrdinalIgnoreCase) && ready.JobHost.Webhooks.Find(name) is { } webhook)
        {
            await CallWebhookAsync(context, webhook);
            return;
        }

        if (await ready.Routes.FindAsync(context) is not { } function)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        try
        {
            await ready.JobHost.CallAsync(ready.Functions[function], context.Request, context.RequestAborted);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has left: nobody is there to be told.
        }
        catch (Exception e)
        {
            LogFailed(e, function);
            if (context.Response.HasStarted)
                context.Abort();
            else
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private static async Task CallWebhookAsync(
        HttpContext context, Microsoft.Azure.WebJobs.IAsyncConverter<HttpRequestMessage, HttpResponseMessage> webhook)
    {
        using HttpRequestMessage request = new(new HttpMethod(context.Request.Method), context.Request.GetEncodedUrl()) { Content = new StreamContent(context.Request.Body) };
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in context.Request.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                request.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        using HttpResponseMessage response = await webhook.ConvertAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    [LoggerMessage(20, LogLevel.Error, "Function {Function} failed.")]
    private partial void LogFailed(Exception e, string function);

    private sealed record Ready(AppJobHost JobHost, FunctionRoutes Routes, Dictionary<string, AppFunction> Functions);
}
