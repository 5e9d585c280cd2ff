using Evolink.LocalHost.Invocations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.LocalHost.Http;

/// <summary>Answers HTTP requests with the app's functions.</summary>
internal sealed partial class HttpFunctions(
    RouteTable routes, FunctionInvoker invoker, DurableTaskClient durableClient, ILogger<HttpFunctions> logger, CancellationToken hostStopping)
{
    // Where the worker's GetHttpContext looks.
    private const string HttpContextKey = "HttpRequestContext";

    public async Task HandleAsync(HttpContext http)
    {
        var values = new RouteValueDictionary();
        if (routes.Match(http.Request.Method, http.Request.Path, values) is not { } route)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        http.Request.RouteValues = values;
        try
        {
            await invoker.InvokeAsync(route.Function, values, Prepare, hostStopping, invocation => AnswerAsync(http, invocation.Result));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; nobody is left to answer.
        }
        catch (Exception e)
        {
            FunctionFailed(route.Function.Name, e);
            if (http.Response.HasStarted)
                http.Abort();
            else
                Fail(http.Response);
        }

        Invocation Prepare(LocalFunctionContext context)
        {
            context.Items[HttpContextKey] = http;
            return new Invocation { Context = context, DurableClient = durableClient, HttpContext = http };
        }
    }

    private static void Fail(HttpResponse response)
    {
        response.Clear();
        response.StatusCode = StatusCodes.Status500InternalServerError;
    }

    // The worker runs the result outside of the app's middleware, and so does this.
    private static Task AnswerAsync(HttpContext http, object? result) => result switch
    {
        null => Task.CompletedTask,
        IResult answer => answer.ExecuteAsync(http),
        IActionResult answer => answer.ExecuteResultAsync(new ActionContext(http, new RouteData(http.Request.RouteValues), new ActionDescriptor())),
        string text => http.Response.WriteAsync(text, http.RequestAborted),
        _ => http.Response.WriteAsJsonAsync(result, result.GetType(), http.RequestAborted),
    };

    [LoggerMessage(1, LogLevel.Error, "The HTTP function {Function} failed.")]
    private partial void FunctionFailed(string function, Exception exception);
}
