using System.Text.Json;
using Evolink.Functions.Generations;
using Evolink.Functions.Tests.Support;
using Evolink.LocalHost.Durable;
using Evolink.Pipeline.Generations;
using Evolink.Testing;

namespace Evolink.Functions.Tests.Versions;

/// <summary>An orchestration is changed for real while jobs are in flight: docs/versioning.md, done.</summary>
public sealed class ChangedOrchestrationTests
{
    private static readonly string Folder = Path.Combine(Clone.Root, "tests", "Evolink.Functions.Tests", "Histories");

    public static TheoryData<string> Histories => [.. Directory.GetFiles(Folder).Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Histories))]
    public void Jobs_that_the_first_version_began_go_on_under_the_changed_code(string history) =>
        OrchestrationRun.CheckHistory(Read(history), async context => await GenerateVideoWithCheck.RunAsync(context, guarded: true));

    [Fact]
    public void Without_the_guard_a_job_past_the_change_breaks() => Assert.Throws<NonDeterministicOrchestrationException>(
        () => OrchestrationRun.CheckHistory(Read("finished.json"), async context => await GenerateVideoWithCheck.RunAsync(context, guarded: false)));

    [Theory]
    [InlineData("1.0", false)]
    [InlineData("1.1", true)]
    public async Task A_job_takes_the_steps_of_the_version_that_it_was_started_with(string version, bool takesNewStep)
    {
        GenerationRef generation = new(JobId.New(), 1);
        Orchestration changed = new(nameof(GenerateVideo), generation.InstanceId, generation, async context => await GenerateVideoWithCheck.RunAsync(context, guarded: true));
        await using OrchestrationRun run = await OrchestrationRun.StartAsync(replayEveryStep: true, changed, version);
        foreach (string activity in (string[])[nameof(SubmitGeneration), nameof(ReadTask), nameof(SaveVideo), GenerateVideoWithCheck.NewActivity])
            run.Script(activity, new Step(StepKind.Done, null));
        Assert.Equal("completed", await run.ResultAsync());
        Assert.Equal(takesNewStep, run.Calls.Contains(GenerateVideoWithCheck.NewActivity));
    }

    [Fact]
    public void New_jobs_are_started_with_a_version()
    {
        using JsonDocument host = JsonDocument.Parse(File.ReadAllText(Path.Combine(Clone.Root, "host.json")));
        JsonElement durable = host.RootElement.GetProperty("extensions").GetProperty("durableTask");
        Assert.True(Version.TryParse(durable.GetProperty("defaultVersion").GetString(), out _));
        Assert.Equal("CurrentOrOlder", durable.GetProperty("versionMatchStrategy").GetString());
    }

    private static string Read(string history) => File.ReadAllText(Path.Combine(Folder, history));
}
