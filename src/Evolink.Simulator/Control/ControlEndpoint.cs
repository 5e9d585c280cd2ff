using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Evolink.Simulator;

/// <summary>The control API under <c>/_simulator</c>: for tests and campaigns, from this machine only, without a key.</summary>
internal sealed class ControlEndpoint(
    SimulatorOptions options, Ledger ledger, LedgerReader reader, TaskRunner runner, FileStore files, CallbackPlan plan, CallbackSender sender)
{
    private const int MaxBodyBytes = 4 * 1024 * 1024;
    private const int MaxCopies = 1000;

    public void Map(IEndpointRouteBuilder app)
    {
        RouteGroupBuilder control = app.MapGroup("/_simulator").AddEndpointFilter(LocalOnlyAsync);
        control.MapGet("/ledger", (Delegate)LedgerAsync);
        control.MapGet("/tasks", (Delegate)TasksAsync);
        control.MapGet("/tasks/{id}", TaskAsync);
        control.MapPost("/faults", (Delegate)OrderFaultsAsync);
        control.MapPost("/tasks/{id}/complete", Complete);
        control.MapPost("/tasks/{id}/fail", FailAsync);
        control.MapPost("/tasks/{id}/callback", CallbackAsync);
        control.MapPost("/reset", ResetAsync);
    }

    /// <exception cref="ArgumentException">The order is about a task that does not exist.</exception>
    public void Order(FaultOrder order)
    {
        if (order.TaskId is { } id && ledger.Find(id) is null)
            throw new ArgumentException($"There is no task {id}.", nameof(order));
        ledger.Record(new JournalEntry.FaultsOrdered(order));
    }

    private static async ValueTask<object?> LocalOnlyAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address) ? await next(context) : Answers.Plain(403);

    private async Task<IResult> LedgerAsync(HttpContext context) =>
        Json(await reader.ReadAsync(context.Request.Query["videos"] != "false", context.RequestAborted), SimulatorJson.Default.LedgerReport);

    private async Task<IResult> TasksAsync(HttpContext context) =>
        Json([.. (await reader.ReadAsync(withVideos: false, context.RequestAborted)).Tasks], SimulatorJson.Default.TaskReportArray);

    private async Task<IResult> TaskAsync(string id, HttpContext context) =>
        await reader.ReadTaskAsync(id, context.RequestAborted) is { } task
            ? Json(task, SimulatorJson.Default.TaskReport)
            : Answers.Plain(404);

    private async Task<IResult> OrderFaultsAsync(HttpContext context)
    {
        try
        {
            if (await BodyAsync(context, SimulatorJson.Default.FaultOrder) is not { Script: not null } order)
                return Answers.Error(400, "invalid_request", "invalid_request_error", "The body must be a fault order with a script.");
            Order(order);
            return TypedResults.NoContent();
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return Answers.Error(400, "invalid_request", "invalid_request_error", exception.Message);
        }
    }

    private IResult Complete(string id) => End(id, failure: null);

    private async Task<IResult> FailAsync(string id, HttpContext context)
    {
        try
        {
            return End(id, await BodyAsync(context, SimulatorJson.Default.TaskFailure) ?? new TaskFailure("service_error", "Ordered through the control API."));
        }
        catch (JsonException exception)
        {
            return Answers.Error(400, "invalid_request", "invalid_request_error", exception.Message);
        }
    }

    private IResult End(string id, TaskFailure? failure)
    {
        if (ledger.Find(id) is null)
            return Answers.Plain(404);
        ledger.Record(new JournalEntry.EndForced(id, new ForcedEnd(options.TimeProvider.GetUtcNow(), failure)));
        return TypedResults.NoContent();
    }

    private async Task<IResult> CallbackAsync(string id, HttpContext context)
    {
        if (ledger.Find(id) is not { } task)
            return Answers.Plain(404);
        try
        {
            ForcedCallback forced = await BodyAsync(context, SimulatorJson.Default.ForcedCallback) ?? new ForcedCallback();
            if ((forced.Url ?? task.CallbackUrl) is not { } url)
                return Answers.Error(400, "invalid_request", "invalid_request_error", "The task has no callback URL, and none is given.");
            string body = forced.Body ?? (forced.Status is { } status ? CallbackPlan.Body(task, status) : plan.Body(task));
            var callback = new PlannedCallback("forced", url, CallbackPlan.Text(body)) { Copies = Math.Clamp(forced.Copies, 1, MaxCopies) };
            IReadOnlyList<CallbackDelivery> deliveries = await sender.SendOnceAsync(id, callback, context.RequestAborted);
            return Json([.. deliveries], SimulatorJson.Default.CallbackDeliveryArray);
        }
        catch (Exception exception) when (exception is JsonException or UriFormatException or NotSupportedException)
        {
            return Answers.Error(400, "invalid_request", "invalid_request_error", exception.Message);
        }
    }

    private async Task<IResult> ResetAsync()
    {
        await runner.ResetAsync(() =>
        {
            ledger.Clear();
            files.Clear();
        });
        return TypedResults.NoContent();
    }

    private static async Task<T?> BodyAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        byte[] body = await RequestBody.ReadAsync(context.Request, MaxBodyBytes, context.RequestAborted)
            ?? throw new JsonException("The body is too large.");
        return body.Length == 0 ? null : JsonSerializer.Deserialize(body, type);
    }

    private static JsonHttpResult<T> Json<T>(T value, JsonTypeInfo<T> type) => TypedResults.Json(value, type);
}
