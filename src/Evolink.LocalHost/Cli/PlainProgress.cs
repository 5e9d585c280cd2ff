namespace Evolink.LocalHost.Cli;

/// <summary>Lines, for a file or a pipe: one for each phase, and one for each tenth of the way.</summary>
internal sealed class PlainProgress(TextWriter output, TimeProvider time) : IProgressDisplay
{
    private const int Step = 10;

    public Task<T> ShowAsync<T>(Func<Action<GenerationProgress>, Task<T>> work)
    {
        long started = time.GetTimestamp();
        GenerationProgress? last = null;
        return work(Report);

        void Report(GenerationProgress progress)
        {
            if (last is not null && string.Equals(last.Phase, progress.Phase, StringComparison.Ordinal) && last.Percent / Step == progress.Percent / Step)
                return;
            last = progress;
            string remaining = progress.RemainingText is { Length: > 0 } text ? $", {text}" : "";
            output.WriteLine($"{progress.Phase} {progress.Percent}% ({time.GetElapsedTime(started).TotalSeconds:0} s{remaining})");
        }
    }
}
