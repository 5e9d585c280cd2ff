using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;
using AuthorizationLevel = Microsoft.Azure.Functions.Worker.AuthorizationLevel;

namespace FunctionsHost.SampleApp;

/// <summary>Every call of the worker's own Durable client.</summary>
public static class DurableClientFunctions
{
    [Function(nameof(Start))]
    public static async Task<IActionResult> Start(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "start/{name}/{id}")] HttpRequest request, [DurableClient] DurableTaskClient client, string name, string id)
    {
        JsonElement input = await JsonSerializer.DeserializeAsync<JsonElement>(request.Body);
        return new AcceptedResult((string?)null, await client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(id)));
    }

    /// <summary>Answers when the instance has ended.</summary>
    [Function(nameof(Result))]
    public static async Task<IActionResult> Result(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "result/{id}")] HttpRequest request, [DurableClient] DurableTaskClient client, string id, CancellationToken cancellationToken) =>
        Describe(await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, cancellationToken));

    [Function(nameof(Status))]
    public static async Task<IActionResult> Status(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "status/{id}")] HttpRequest request, [DurableClient] DurableTaskClient client, string id) =>
        await client.GetInstanceAsync(id, getInputsAndOutputs: true) is { } found ? Describe(found) : new NotFoundResult();

    [Function(nameof(History))]
    public static async Task<IActionResult> History(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "history/{id}")] HttpRequest request, [DurableClient] DurableTaskClient client, string id) =>
        new OkObjectResult((await client.GetOrchestrationHistoryAsync(id)).Select(step => step.EventType.ToString()));

    [Function(nameof(List))]
    public static async Task<IActionResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "instances/{prefix}")] HttpRequest request, [DurableClient] DurableTaskClient client, string prefix)
    {
        List<string> ids = [];
        await foreach (OrchestrationMetadata instance in client.GetAllInstancesAsync(new OrchestrationQuery { InstanceIdPrefix = prefix }))
            ids.Add(instance.InstanceId);
        return new OkObjectResult(ids);
    }

    [Function(nameof(Manage))]
    public static async Task<IActionResult> Manage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/{what}/{id}")] HttpRequest request, [DurableClient] DurableTaskClient client, string what, string id)
    {
        string text = await new StreamReader(request.Body).ReadToEndAsync();
        switch (what)
        {
            case "approved":
                await client.RaiseEventAsync(id, what, text);
                return new OkResult();
            case "terminate":
                await client.TerminateInstanceAsync(id, text);
                return new OkResult();
            case "suspend":
                await client.SuspendInstanceAsync(id, text);
                return new OkResult();
            case "resume":
                await client.ResumeInstanceAsync(id, text);
                return new OkResult();
            case "purge":
                return new OkObjectResult((await client.PurgeInstanceAsync(id)).PurgedInstanceCount);
            default:
                return new NotFoundResult();
        }
    }

    [Function(nameof(Count))]
    public static async Task<IActionResult> Count(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "count/{id}")] HttpRequest request, [DurableClient] DurableTaskClient client, string id)
    {
        EntityInstanceId entity = new(nameof(DurableFunctions.Counter), id);
        if (HttpMethods.IsPost(request.Method))
            await client.Entities.SignalEntityAsync(entity, "Add", 1);
        return new OkObjectResult((await client.Entities.GetEntityAsync<int>(entity))?.State ?? 0);
    }

    private static OkObjectResult Describe(OrchestrationMetadata instance) => new(new
    {
        Status = instance.RuntimeStatus.ToString(),
        instance.SerializedOutput,
        instance.SerializedCustomStatus,
    });
}
