using System.Text.Json;
using DurableTask.Core.Exceptions;
using Evolink.Functions.Generations;
using Evolink.Functions.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Testing;

namespace Evolink.Functions.Tests.Versions;

/// <summary>An orchestration is changed for real while jobs are in flight: docs/versioning.md, done.</summary>
public sealed class ChangedOrchestrationTests
{
    public static TheoryData<string> Histories => GoldenHistoriesTests.All;

    [Theory]
    [MemberData(nameof(Histories))]
    public void Jobs_that_the_first_version_began_go_on_under_the_changed_code(string history) =>
        ReplayedInstance.Check(Changed(guarded: true), GoldenHistoriesTests.Read(history));

    [Theory]
    [InlineData("waiting.json")]
    [InlineData("collecting.json")]
    public void Without_the_guard_a_job_past_the_change_breaks(string history) => Assert.Throws<NonDeterministicOrchestrationException>(
        () => ReplayedInstance.Check(Changed(guarded: false), GoldenHistoriesTests.Read(history)));

    [Theory]
    [InlineData("1.0", false)]
    [InlineData("1.1", true)]
    public void A_job_takes_the_steps_of_the_version_that_it_was_started_with(string version, bool takesNewStep)
    {
        OrchestrationRun run = new(Changed(guarded: true), version);
        run.Script(nameof(SubmitGeneration), new Step(StepKind.Done, null));
        run.Script(GenerateVideoWithCheck.NewActivity, new Step(StepKind.Done, null));
        run.Script(nameof(CollectVideo), new Step(StepKind.Stop, null));
        run.Complete();
        Assert.Equal(takesNewStep, run.Names.Contains(GenerateVideoWithCheck.NewActivity));
    }

    [Fact]
    public void New_jobs_are_started_with_a_version()
    {
        using JsonDocument host = JsonDocument.Parse(File.ReadAllText(Path.Combine(Clone.Root, "host.json")));
        JsonElement durable = host.RootElement.GetProperty("extensions").GetProperty("durableTask");
        Assert.True(Version.TryParse(durable.GetProperty("defaultVersion").GetString(), out _));
        Assert.Equal("CurrentOrOlder", durable.GetProperty("versionMatchStrategy").GetString());
    }

    private static Orchestration Changed(bool guarded) => Orchestration.OfOneVideo(
        (context, generation) => GenerateVideoWithCheck.RunAsync(context, generation, guarded), new GenerationRef(JobId.New(), 1));
}
