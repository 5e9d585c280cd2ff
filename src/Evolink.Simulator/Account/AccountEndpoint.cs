using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Evolink.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Evolink.Simulator;

/// <summary><c>GET /v1/tasks</c>, <c>POST /v1/tasks/batch</c> and <c>GET /v1/models</c>, as far as they are switched on.</summary>
internal sealed class AccountEndpoint(SimulatorOptions options, Accounts accounts, Ledger ledger, TaskEndpoint tasks)
{
    private const int MaxBodyBytes = 64 * 1024;
    private const int UsualPage = 20;

    private readonly AccountRoutes routes = options.AccountRoutes;

    public void Map(IEndpointRouteBuilder app)
    {
        if (routes.ListsTasks)
            app.MapGet("/v1/tasks", (Delegate)List);
        if (routes.ReadsBatches)
            app.MapPost("/v1/tasks/batch", (Delegate)BatchAsync);
        if (routes.ListsModels)
            app.MapGet("/v1/models", (Delegate)Models);
    }

    private IResult List(HttpContext context)
    {
        if (accounts.Of(context.Request) is not { } account)
            return Answers.Unauthorized();
        IQueryCollection query = context.Request.Query;
        int page = Math.Max(1, Number(query["page"]) ?? 1);
        int size = Math.Clamp(Number(query["page_size"]) ?? UsualPage, 1, TaskListFilter.LargestPage);
        DateTimeOffset now = options.TimeProvider.GetUtcNow();
        List<ListedTaskAnswer> listed = ledger.Read(
            state => state.TasksOf(account).Where(task => IsListed(task, now)).Select(task => Line(task, now)).ToList());
        List<ListedTaskAnswer> fitting =
        [
            .. listed.Where(line => Fits(query["model"], line.Model) && Fits(query["type"], line.Type)
                && Fits(query["status"], Family(line.Status))),
        ];
        return TypedResults.Json(
            new TaskListAnswer([.. fitting.Skip((page - 1) * size).Take(size)], fitting.Count, page, size),
            SimulatorJson.Default.TaskListAnswer);
    }

    private async Task<IResult> BatchAsync(HttpContext context)
    {
        if (accounts.Of(context.Request) is not { } account)
            return Answers.Unauthorized();
        TaskBatch? batch = null;
        try
        {
            if (await RequestBody.ReadAsync(context.Request, MaxBodyBytes, context.RequestAborted) is { } body)
                batch = JsonSerializer.Deserialize(body, EvolinkJsonContext.Default.TaskBatch);
        }
        catch (JsonException)
        {
            // Answered below, as every other body that is none.
        }

        if (batch?.TaskIds is not { Count: > 0 and <= TaskBatch.Largest } ids)
            return Answers.Error(400, "invalid_request", "invalid_request_error", "task_ids must hold 1 to 50 ids.", "task_ids");
        IEnumerable<JsonNode?> found = ids.Distinct(StringComparer.Ordinal)
            .Where(id => Share("batch", id) >= routes.BatchLeavesOut)
            .Select(id => tasks.Find(id, account))
            .OfType<JsonObject>();
        return Answers.Ok(new JsonObject { ["data"] = new JsonArray([.. found]) });
    }

    private IResult Models(HttpContext context) => accounts.Of(context.Request) is null
        ? Answers.Unauthorized()
        : TypedResults.Json(
            new ModelsAnswer([.. ServedModels.List(options.Models).Select(model => new ListedModel(model))]), SimulatorJson.Default.ModelsAnswer);

    private bool IsListed(SimulatedTask task, DateTimeOffset now) =>
        Share("list", task.Id) >= routes.ListLeavesOut && now >= task.CreatedAt + (routes.ListLag * Share("lag", task.Id));

    private static ListedTaskAnswer Line(SimulatedTask task, DateTimeOffset now)
    {
        TaskCourse course = TaskCourse.Of(task, now);
        return new ListedTaskAnswer(
            task.Id,
            course.Status,
            task.Model,
            "video",
            course.Progress,
            task.CreatedAt.ToUnixTimeSeconds(),
            course.IsCompleted ? task.Credits : 0,
            course.IsCompleted,
            course.Failure is not null);
    }

    private static string Family(string status) => status switch
    {
        TaskCourse.Pending => TaskCourse.Processing,
        "canceled" => "cancelled",
        _ => status,
    };

    private static bool Fits(string? wanted, string value) => string.IsNullOrEmpty(wanted) || wanted == value;

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    // The same for the same task each time, so that a task that is left out stays so, also after a restart.
    private static double Share(string what, string taskId) =>
        BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{what}|{taskId}"))) / (double)uint.MaxValue;
}

/// <summary>The answer of <c>GET /v1/tasks</c>.</summary>
internal sealed record TaskListAnswer(IReadOnlyList<ListedTaskAnswer> Data, int Total, int Page, int PageSize);

/// <summary>A line of the task list.</summary>
internal sealed record ListedTaskAnswer(
    string Id, string Status, string Model, string Type, int Progress, long CreatedAt, decimal CreditsUsed, bool HasResults, bool HasError);

/// <summary>The answer of <c>GET /v1/models</c>.</summary>
internal sealed record ModelsAnswer(IReadOnlyList<ListedModel> Data);

/// <summary>A model that the key may use.</summary>
internal sealed record ListedModel(string Id);
