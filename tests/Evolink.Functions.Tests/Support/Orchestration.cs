using Evolink.Functions.Batches;
using Evolink.Functions.Generations;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;
using Microsoft.DurableTask;

namespace Evolink.Functions.Tests.Support;

/// <summary>What an <see cref="OrchestrationRun"/> runs.</summary>
internal sealed record Orchestration(string Name, string InstanceId, object Input, Func<TaskOrchestrationContext, Task<object?>> RunAsync)
{
    public static Orchestration OfOneVideo()
    {
        GenerationRef generation = new(JobId.New(), 1);
        return new Orchestration(nameof(GenerateVideo), generation.InstanceId, generation, async context => await GenerateVideo.RunAsync(context));
    }

    public static Orchestration OfOneBatch()
    {
        BatchRef batch = new(BatchId.New());
        return new Orchestration(nameof(RunBatch), batch.Id.Value, batch, async context =>
        {
            await RunBatch.RunAsync(context);
            return null;
        });
    }
}
