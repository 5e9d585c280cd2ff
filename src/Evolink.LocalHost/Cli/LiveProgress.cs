using System.Collections.Concurrent;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Evolink.LocalHost.Cli;

/// <summary>Bars that move, for a terminal.</summary>
internal sealed class LiveProgress(IAnsiConsole console) : IProgressDisplay
{
    public Task<T> ShowAsync<T>(IReadOnlyList<string> names, Func<IReadOnlyList<Action<GenerationProgress>>, Task<T>> work)
    {
        var remaining = new RemainingColumn();
        return console.Progress()
            .AutoClear(false)
            .HideCompleted(false)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), remaining)
            .StartAsync(context => work([.. names.Select(name => Bar(context.AddTask(Title(name, "starting")), name, remaining))]));
    }

    private static Action<GenerationProgress> Bar(ProgressTask task, string name, RemainingColumn remaining) => progress =>
    {
        task.Description = Title(name, progress.Waiting is { } waiting ? $"{progress.Phase}: {waiting}" : progress.Phase);
        task.Value = progress.Percent;
        remaining.Tell(task.Id, progress.RemainingText);
    };

    private static string Title(string name, string phase) => Markup.Escape(name.Length == 0 ? phase : $"{name}: {phase}");

    private sealed class RemainingColumn : ProgressColumn
    {
        private readonly ConcurrentDictionary<int, string> _texts = new();

        public void Tell(int task, string text) => _texts[task] = text;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.IsFinished ? "" : _texts.GetValueOrDefault(task.Id, ""), new Style(foreground: Color.Grey));
    }
}
