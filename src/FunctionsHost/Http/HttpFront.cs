using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;
using Socket = System.Net.Sockets.Socket;

namespace FunctionsHost.Http;

/// <summary>The address of the app: finds the function of a request, and runs it.</summary>
internal sealed partial class HttpFront : IAsyncDisposable
{
    private const string WebhookPath = "/runtime/webhooks/";

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

    /// <summary>Lets requests in.</summary>
    /// <exception cref="FunctionAppException">A route is not valid.</exception>
    public void Open(AppJobHost jobHost)
    {
        DefaultInlineConstraintResolver constraints = new(_app.Services.GetRequiredService<IOptions<RouteOptions>>(), _app.Services);
        FunctionRoutes routes = new(jobHost.Functions.Where(jobHost.IsEnabled), jobHost.RoutePrefix, constraints);
        _ready.SetResult(new Ready(jobHost, routes));
    }

    /// <summary>Takes no more requests, and lets those that run finish.</summary>
    public async Task StopAsync()
    {
        _ready.TrySetCanceled();
        await _app.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Forwarder.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        string what = context.Request.Path;
        try
        {
            Ready ready = await _ready.Task.WaitAsync(context.RequestAborted);
            if (FindWebhook(ready.JobHost, context.Request.Path) is { } webhook)
                await CallWebhookAsync(context, webhook);
            else if (await ready.Routes.FindAsync(context) is not { } function)
                context.Response.StatusCode = StatusCodes.Status404NotFound;
            else
                await CallFunctionAsync(context, ready.JobHost, function);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has left: nobody is there to be told.
        }
        catch (OperationCanceledException) when (_ready.Task.IsCanceled)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable; // the app did not start
        }
        catch (Exception e)
        {
            LogFailed(e, what);
            if (context.Response.HasStarted)
                context.Abort();
            else
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private static Task CallFunctionAsync(HttpContext context, AppJobHost jobHost, AppFunction function) =>
        // Else the worker would wait for a request that is given up on its way.
        context.Request.ContentLength > MaxRequestBodyBytes
            ? throw new Microsoft.AspNetCore.Http.BadHttpRequestException("The request's body is larger than 100 MiB.")
            : jobHost.CallAsync(function, context.Request, context.RequestAborted);

    private Microsoft.Azure.WebJobs.IAsyncConverter<HttpRequestMessage, HttpResponseMessage>? FindWebhook(AppJobHost jobHost, string path)
    {
        if (!path.StartsWith(WebhookPath, StringComparison.OrdinalIgnoreCase))
            return null;
        string name = path[WebhookPath.Length..].Split('/')[0];
        return _openWebhooks.Contains(name, StringComparer.OrdinalIgnoreCase) ? jobHost.Webhooks.Find(name) : null;
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
        foreach ((string name, IEnumerable<string> values) in response.Headers.Concat(response.Content.Headers))
            context.Response.Headers[name] = values.ToArray();
        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    [LoggerMessage(20, LogLevel.Error, "The request to {Path} failed.")]
    private partial void LogFailed(Exception e, string path);

    private sealed record Ready(AppJobHost JobHost, FunctionRoutes Routes);
}
