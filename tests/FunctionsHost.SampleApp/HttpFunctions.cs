using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker.Http;
using AuthorizationLevel = Microsoft.Azure.Functions.Worker.AuthorizationLevel;

namespace FunctionsHost.SampleApp;

public sealed class HttpFunctions(ILogger<HttpFunctions> log)
{
    private static readonly ConcurrentDictionary<string, TaskCompletionSource<string>> s_goOn = new();
    private static int s_waiting;
    private static int s_cancelled;

    [Function(nameof(Echo))]
    public static IActionResult Echo([HttpTrigger(AuthorizationLevel.Anonymous, Route = "echo/{*rest}")] HttpRequest request, string? rest, FunctionContext context) => new OkObjectResult(new
    {
        request.Method,
        Path = request.Path.Value,
        Query = request.QueryString.Value,
        Rest = rest,
        Host = request.Headers.Host.ToString(),
        Custom = request.Headers["x-custom"].ToString(),
        context.TraceContext.TraceParent,
    });

    // Before ItemNamed in the order of names, which is the order of routes.
    [Function(nameof(ItemById))]
    public static IActionResult ItemById([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "items/{id:int:min(1)}")] HttpRequest request, int id) =>
        new OkObjectResult($"item {id + 0}");

    [Function(nameof(ItemNamed))]
    public static IActionResult ItemNamed([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "items/{name:alpha}/{size=small}")] HttpRequest request, string name, string size) =>
        new OkObjectResult($"{size} {name}");

    [Function(nameof(Head))]
    public static IActionResult Head([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "head")] HttpRequest request)
    {
        request.HttpContext.Response.Headers.ETag = "\"1\"";
        return new ContentResult { Content = "a body that HEAD leaves out", ContentType = "text/plain" };
    }

    [Function(nameof(Upload))]
    public static async Task<IActionResult> Upload([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "upload")] HttpRequest request, CancellationToken cancellationToken)
    {
        // The worker's own server takes 30 MB unless the app says otherwise.
        request.HttpContext.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        return new OkObjectResult(Convert.ToHexString(await SHA256.HashDataAsync(request.Body, cancellationToken)));
    }

    /// <summary>Answers with a first line, and when another call says so with a second; or it fails.</summary>
    [Function(nameof(Speak))]
    public static async Task Speak([HttpTrigger(AuthorizationLevel.Anonymous, Route = "speak/{id}")] HttpRequest request, string id)
    {
        await request.HttpContext.Response.WriteAsync("first\n");
        await request.HttpContext.Response.Body.FlushAsync();
        if (await s_goOn.GetOrAdd(id, static _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously)).Task == "fail")
            throw new InvalidOperationException("in the middle of an answer");
        await request.HttpContext.Response.WriteAsync("second\n");
    }

    [Function(nameof(GoOn))]
    public static IActionResult GoOn([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "speak/{id}/{how}")] HttpRequest request, string id, string how)
    {
        s_goOn.GetOrAdd(id, static _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(how);
        return new OkResult();
    }

    /// <summary>Waits until it is cancelled.</summary>
    [Function(nameof(Wait))]
    public static async Task<IActionResult> Wait([HttpTrigger(AuthorizationLevel.Anonymous, Route = "wait")] HttpRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref s_waiting);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref s_cancelled);
        }

        return new OkResult();
    }

    [Function(nameof(Waits))]
    public static IActionResult Waits([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "waits")] HttpRequest request) =>
        new OkObjectResult($"{s_waiting} waiting, {s_cancelled} cancelled");

    /// <summary>Outlasts every time-out, and heeds no cancellation.</summary>
    [Function(nameof(Hang))]
    public static async Task Hang([HttpTrigger(AuthorizationLevel.Anonymous, Route = "hang")] HttpRequest request) => await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);

    [Function(nameof(Throw))]
    public static IActionResult Throw([HttpTrigger(AuthorizationLevel.Anonymous, Route = "throw")] HttpRequest request) =>
        throw new InvalidOperationException("thrown on purpose");

    [Function(nameof(Variable))]
    public static IActionResult Variable([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "variable/{name}")] HttpRequest request, string name) =>
        new OkObjectResult(Environment.GetEnvironmentVariable(name) ?? "(none)");

    [Function(nameof(Disabled))]
    public static IActionResult Disabled([HttpTrigger(AuthorizationLevel.Anonymous, Route = "disabled")] HttpRequest request) => new OkResult();

    [Function(nameof(Loud))]
    public IActionResult Loud([HttpTrigger(AuthorizationLevel.Anonymous, Route = "loud")] HttpRequest request) => Log("Loud");

    /// <summary>As <see cref="Loud"/>; host.json lets only its errors through.</summary>
    [Function(nameof(Quiet))]
    public IActionResult Quiet([HttpTrigger(AuthorizationLevel.Anonymous, Route = "quiet")] HttpRequest request) => Log("Quiet");

    /// <summary>Takes no type of ASP.NET Core: runs in both kinds of app.</summary>
    [Function(nameof(Plain))]
    public static async Task<HttpResponseData> Plain([HttpTrigger(AuthorizationLevel.Anonymous, Route = "plain/{id:int}")] HttpRequestData request, int id)
    {
        string body = await request.ReadAsStringAsync() ?? "";
        HttpResponseData response = request.CreateResponse(HttpStatusCode.Accepted);
        response.Headers.Add("x-answer", string.Create(CultureInfo.InvariantCulture, $"{id + 1}"));
        response.Cookies.Append("taste", "sweet");
        await response.WriteStringAsync($"{request.Method} {request.Url.PathAndQuery} {string.Join(',', request.Headers.GetValues("x-custom"))} {body}", Encoding.UTF8);
        return response;
    }

    private OkResult Log(string function)
    {
        Console.WriteLine($"{function} on standard output");
        log.LogInformation(new EventId(42, "Said"), "{Function} says a thing", function);
        log.LogError(new InvalidOperationException($"{function} went wrong"), "{Function} complains", function);
        return new OkResult();
    }
}
