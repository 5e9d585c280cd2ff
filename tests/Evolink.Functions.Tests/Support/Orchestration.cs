using System.Text.Json;
using DurableTask.Core;
using DurableTask.Core.History;
using Evolink.Functions.Batches;
using Evolink.Functions.Generations;
using Evolink.Functions.Webhooks;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Webhooks;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Shims;

namespace Evolink.Functions.Tests.Support;

/// <summary>An orchestrator function, behind the shims with which the worker replays in Azure, and the input of one instance.</summary>
internal sealed record Orchestration(string Name, string InstanceId, object Input, Func<TaskOrchestration> NewCode)
{
    /// <summary>Values as the Functions worker writes and reads them.</summary>
    public static readonly JsonDataConverter Values = new(new JsonSerializerOptions { PropertyNameCaseInsensitive = true });

    private static readonly DurableTaskShimFactory Shims = new(new DurableTaskWorkerOptions { DataConverter = Values });

    public static Orchestration OfOneVideo(GenerationRef? generation = null) =>
        OfOneVideo(GenerateVideo.RunAsync, generation ?? new GenerationRef(JobId.New(), 1));

    /// <summary>The same with other code, as it may become.</summary>
    public static Orchestration OfOneVideo(Func<TaskOrchestrationContext, GenerationRef, Task> code, GenerationRef generation) =>
        Of(nameof(GenerateVideo), generation.InstanceId, generation, code);

    public static Orchestration OfOneBatch()
    {
        BatchRef batch = new(BatchId.New());
        return Of(nameof(RunBatch), batch.Id.Value, batch, RunBatch.RunAsync);
    }

    public static Orchestration OfOneWebhook()
    {
        WebhookRun run = new(JobId.New(), 1, 0);
        return Of(nameof(DeliverWebhook), run.InstanceId, run, DeliverWebhook.RunAsync);
    }

    /// <summary>What an activity was given: its parameters stand in the history as an array.</summary>
    public static T InputOf<T>(TaskScheduledEvent activity) => Values.Deserialize<T[]>(activity.Input)![0];

    private static Orchestration Of<TInput>(string name, string instanceId, TInput input, Func<TaskOrchestrationContext, TInput, Task> code)
        where TInput : class
    {
        return new Orchestration(name, instanceId, input, () => Shims.CreateOrchestration<TInput, object?>(name, RunAsync));

        async Task<object?> RunAsync(TaskOrchestrationContext context, TInput? given)
        {
            await code(context, given!);
            return null;
        }
    }
}
