using Evolink.Functions.Batches;
using Evolink.Functions.Generations;
using Evolink.Functions.Tests.Properties;
using Evolink.Functions.Tests.Support;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;
using Evolink.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Functions.Tests.Generations;

/// <summary>What was removed while an orchestration of it was left: no try brings it back, so none is made.</summary>
public sealed class GoneJobTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly NotedDurable Durable = new();

    private readonly ManualTimeProvider _time = new();

    private ServiceProvider App()
    {
        LedgerEvolink evolink = new(_time, _ => 0, new Uri("http://127.0.0.1:9"), honoursKeys: false);
        return WorldServices.Build(new MemoryStorage(_time), evolink, _time, Durable, seed: 1, _ => { });
    }

    [Fact]
    public async Task A_run_whose_job_was_removed_ends_at_its_next_look()
    {
        await using ServiceProvider app = App();
        GenerationRef gone = new(JobId.New(), 1);
        Step submit = await app.GetRequiredService<SubmitGeneration>().RunAsync(gone, Durable, new Invocation("a"), None);
        Step collect = await app.GetRequiredService<CollectVideo>().RunAsync(new Collection(gone, null), Durable, None);
        Assert.Equal([new Step(StepKind.Stop, null), new Step(StepKind.Stop, null)], new[] { submit, collect });
    }

    [Fact]
    public async Task A_batch_that_was_removed_ends_at_its_next_step()
    {
        await using ServiceProvider app = App();
        Assert.Equal(new Step(StepKind.Done, null), await app.GetRequiredService<BatchDriver>().AdvanceAsync(Durable, BatchId.New(), None));
    }
}
