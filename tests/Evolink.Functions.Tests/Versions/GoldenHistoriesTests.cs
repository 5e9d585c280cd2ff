using DurableTask.Core.History;
using DurableTask.Core.Serializing;
using Evolink.Functions.Generations;
using Evolink.Functions.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Testing;

namespace Evolink.Functions.Tests.Versions;

/// <summary>
/// Histories of jobs that stand where a job can stand for long, in DurableTask.Core's own JSON. Those of released versions are never
/// written again. Those of the version that is being made are written by
/// <c>dotnet test tests/Evolink.Functions.Tests --filter Record_the_histories_of_this_version -- xUnit.Explicit=on</c>.
/// </summary>
public sealed class GoldenHistoriesTests
{
    private static readonly string Folder = Path.Combine(Clone.Root, "tests", "Evolink.Functions.Tests", "Histories");
    private static readonly GenerationRef Generation = new(JobId.Parse("gen-aaaaaaaaaaaaaaaaaaaaaaaaaa"), 1);

    public static TheoryData<string> All => [.. Directory.GetFiles(Folder).Select(file => Path.GetFileName(file))];

    public static IList<HistoryEvent> Read(string file) =>
        JsonDataConverter.Default.Deserialize<List<HistoryEvent>>(File.ReadAllText(Path.Combine(Folder, file)));

    [Theory]
    [MemberData(nameof(All))]
    public void New_code_takes_over_jobs_in_flight(string file) => ReplayedInstance.Check(Orchestration.OfOneVideo(Generation), Read(file));

    [Fact(Explicit = true)]
    public void Record_the_histories_of_this_version()
    {
        OrchestrationRun run = new(Orchestration.OfOneVideo(Generation));
        DateTimeOffset start = OrchestrationRun.Start;
        run.Script(
            nameof(SubmitGeneration),
            new Step(StepKind.Again, start + TimeSpan.FromSeconds(5)),
            new Step(StepKind.Done, start + TimeSpan.FromMinutes(2)),
            new Step(StepKind.Done, null));
        run.ScriptCalls(
            nameof(CollectVideo),
            () => new Step(StepKind.Again, run.Now + TimeSpan.FromSeconds(12)),
            () => new Step(StepKind.SubmitAgain, run.Now + TimeSpan.FromSeconds(45)),
            () => new Step(StepKind.Again, run.Now + TimeSpan.FromHours(1)),
            () => throw new IOException("storage is away"),
            () => new Step(StepKind.Again, run.Now + TimeSpan.FromSeconds(2)),
            () => new Step(StepKind.Stop, null));
        run.UntilItWaits();
        Write("submitting", run);
        Next(run);
        Write("waiting", run);
        for (int waits = 0; waits < 3; waits++)
            Next(run);
        run.Wake(payload: new CallbackNote(2, run.Now));
        run.UntilItWaits();
        Next(run);
        Write("collecting", run);
        run.Complete();
        Write("finished", run);
    }

    private static void Next(OrchestrationRun run)
    {
        run.FireNext();
        run.UntilItWaits();
    }

    private static void Write(string name, OrchestrationRun run) => File.WriteAllText(
        Path.Combine(Folder, $"{name}.json"), JsonDataConverter.Default.Serialize(run.Instance.History, formatted: true) + "\n");
}
