using System.Collections.Frozen;
using Evolink.Client;
using Evolink.Functions.Callbacks;
using Evolink.Functions.Health;
using Evolink.Functions.Images;
using Evolink.Functions.OpenApi;
using Evolink.Functions.Studio;
using Evolink.Functions.Videos;
using Evolink.Pipeline.Limits;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Http;

/// <summary>Stands before every HTTP function: knows the caller or refuses, and turns what goes wrong into Evolink's envelope.</summary>
internal sealed partial class RequestGate(Callers callers, MinuteBudget budget, ILogger<RequestGate> log)
{
    // Closed unless named here. Those that serve signed links check the signature, or the caller, themselves.
    internal static readonly FrozenSet<string> Open = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        nameof(CallbackReceived), nameof(Docs), nameof(DocsFile), nameof(GetFile), nameof(GetImage), nameof(GetVideoContent), nameof(Healthz), nameof(HealthzLive), nameof(HealthzReady), nameof(Home), nameof(OpenApiFile), nameof(StudioFile), nameof(ZzUnmatched));

    /// <summary>The middleware.</summary>
    public async Task InvokeAsync(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            await next(context);
            return;
        }

        ResponseHeaders.Apply(http.Response);
        if (!http.Request.NamesHost)
        {
            await Errors.Invalid([new ValidationIssue("Host", ValidationCodes.Malformed, "The header 'Host' names no host.")]).ExecuteAsync(http);
            return;
        }

        bool isOpen = Open.Contains(context.FunctionDefinition.Name);
        Caller? caller = callers.Identify(http.Request);
        if (caller is null && !isOpen)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            await Errors.Unauthorized.ExecuteAsync(http);
            return;
        }

        // Also where nobody needs a key: images and videos are served to who shows one.
        if (caller is { IsOperator: false } client && await budget.TakeAsync(client.Name, http.RequestAborted) is { } wait)
        {
            await Errors.TooManyRequests(http.Response, wait).ExecuteAsync(http);
            return;
        }

        if (!isOpen && HttpMethods.IsPost(http.Request.Method) && http.Request.Coding is { } coding)
        {
            http.Response.Headers.AcceptEncoding = "identity";
            await Errors.Encoded(coding).ExecuteAsync(http);
            return;
        }

        if (caller is not null && !isOpen)
            http.Caller = caller;
        await RunAsync(context, http, next);
    }

    private async Task RunAsync(FunctionContext context, HttpContext http, FunctionExecutionDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException e) when (!http.Response.HasStarted)
        {
            // Kestrel's own refusals: a body over the limit, or one that breaks off.
            await Errors.Envelope(e.StatusCode, "invalid_request", "The request's body could not be read.", "invalid_request_error").ExecuteAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to answer.
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            LogFailed(e, context.FunctionDefinition.Name);
            await Errors.Internal.ExecuteAsync(http);
        }
    }

    [LoggerMessage(2101, LogLevel.Error, "Function {Function} failed.")]
    private partial void LogFailed(Exception e, string function);
}
