using Spectre.Console;

namespace Evolink.LocalHost.Cli;

/// <summary>Bars that move, for a terminal.</summary>
internal sealed class LiveProgress(IAnsiConsole console) : IProgressDisplay
{
    public Task<T> ShowAsync<T>(IReadOnlyList<string> names, Func<IReadOnlyList<Action<GenerationProgress>>, Task<T>> work) =>
        console.Progress()
        .AutoClear(false)
        .HideCompleted(false)
        .Columns(
            new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left },
            new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
        .StartAsync(context => work([.. names.Select(name => Bar(context.AddTask(Title(name, "starting")), name))]));

    private static Action<GenerationProgress> Bar(ProgressTask task, string name) => progress =>
    {
        string more = progress.Waiting is { } waiting ? $": {waiting}" : progress.RemainingText is { Length: > 0 } left ? $", {left}" : "";
        (task.Description, task.Value) = (Title(name, progress.Phase + more), progress.Percent);
    };

    private static string Title(string name, string phase) => Markup.Escape(name.Length == 0 ? phase : $"{name}: {phase}");
}
