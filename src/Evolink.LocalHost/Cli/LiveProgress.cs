using Spectre.Console;
using Spectre.Console.Rendering;

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
            new ProgressBarColumn(), new PercentColumn(), new ElapsedTimeColumn())
        .StartAsync(context => work([.. names.Select(name => Bar(context.AddTask(Title(name, "starting")), name))]));

    private static Action<GenerationProgress> Bar(ProgressTask task, string name) => progress =>
    {
        string more = progress.Waiting is { } waiting ? $": {waiting}" : progress.RemainingText is { Length: > 0 } left ? $", {left}" : "";
        task.Description = Title(name, progress.Phase + more);
        // A bar without a measure moves to and fro.
        task.IsIndeterminate = progress.Percent is null && progress.Waiting is null;
        task.Value = progress.Percent ?? 0;
    };

    // No number where nobody knows one.
    private sealed class PercentColumn : ProgressColumn
    {
        private readonly PercentageColumn _percentage = new();

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            task.IsIndeterminate || task.Value <= 0 ? new Text("    ") : _percentage.Render(options, task, deltaTime);
    }

    private static string Title(string name, string phase) => Markup.Escape(name.Length == 0 ? phase : $"{name}: {phase}");
}
