namespace Evolink.LocalHost.Cli;

/// <summary>Lines, for a file or a pipe: one for each phase, and one for each tenth of the way.</summary>
internal sealed class PlainProgress(TextWriter output, TimeProvider time) : IProgressDisplay
{
    private const int Step = 10;
    private readonly TextWriter _output = TextWriter.Synchronized(output);

    public Task<T> ShowAsync<T>(IReadOnlyList<string> names, Func<IReadOnlyList<Action<GenerationProgress>>, Task<T>> work)
    {
        long started = time.GetTimestamp();
        return work([.. names.Select(name => Lines(name.Length == 0 ? "" : $"{name}: ", started))]);
    }

    private Action<GenerationProgress> Lines(string prefix, long started)
    {
        GenerationProgress? last = null;
        return progress =>
        {
            if (last is not null && last.Phase == progress.Phase && last.Waiting == progress.Waiting && last.Percent / Step == progress.Percent / Step)
                return;
            last = progress;
            string remaining = progress.RemainingText is { Length: > 0 } text ? $", {text}" : "";
            string elapsed = $"{time.GetElapsedTime(started).TotalSeconds:0} s";
            _output.WriteLine(progress.Waiting is { } waiting
                ? $"{prefix}{progress.Phase}: {waiting} ({elapsed})"
                : $"{prefix}{progress.Phase}{(progress.Percent is { } percent ? $" {percent}%" : "")} ({elapsed}{remaining})");
        };
    }
}
