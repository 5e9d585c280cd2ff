using System.Diagnostics;
using Evolink.LocalHost.Functions;
using Microsoft.AspNetCore.Http;

namespace Evolink.LocalHost.Invocations;

/// <summary>The activity of a trigger that brings work in, as the real worker has one for each invocation. Orchestrations are replayed, and activities belong to the job's own trace: they have none.</summary>
public static class InvocationActivity
{
    /// <summary>Name of the activity source.</summary>
    public const string SourceName = "Evolink.LocalHost";

    private static readonly ActivitySource Source = new(SourceName, typeof(InvocationActivity).Assembly.GetName().Version?.ToString(3));

    internal static Activity? Begin(FunctionDescriptor function, string invocationId, HttpContext? http)
    {
        if (Trigger(function.Trigger) is not { } trigger)
            return null;
        // Who calls may be traced already.
        ActivityContext caller = default;
        if (Activity.Current is null && http?.Request.Headers.TraceParent is [{ } parent])
            _ = ActivityContext.TryParse(parent, http.Request.Headers.TraceState, isRemote: true, out caller);
        ActivityKind kind = function.Trigger == FunctionTrigger.Http ? ActivityKind.Server : ActivityKind.Consumer;
        return Source.StartActivity(kind, caller, name: function.Name)?.SetTag("faas.trigger", trigger).SetTag("faas.invocation_id", invocationId);
    }

    internal static void End(this Activity? activity, HttpContext? http)
    {
        if (activity is null || http is null)
            return;
        // The path without its query, which may be signed.
        activity.SetTag("http.request.method", http.Request.Method).SetTag("url.path", http.Request.Path.Value).SetTag("http.response.status_code", http.Response.StatusCode);
        if (http.Response.StatusCode >= StatusCodes.Status500InternalServerError)
            activity.SetStatus(ActivityStatusCode.Error);
    }

    private static string? Trigger(FunctionTrigger trigger) => trigger switch
    {
        FunctionTrigger.Http => "http",
        FunctionTrigger.Queue => "pubsub",
        FunctionTrigger.Blob => "datasource",
        FunctionTrigger.Timer => "timer",
        _ => null,
    };
}
