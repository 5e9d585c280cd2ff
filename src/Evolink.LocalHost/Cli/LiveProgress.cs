using Spectre.Console;
using Spectre.Console.Rendering;

namespace Evolink.LocalHost.Cli;

/// <summary>A bar that moves, for a terminal.</summary>
internal sealed class LiveProgress(IAnsiConsole console) : IProgressDisplay
{
    public Task<T> ShowAsync<T>(Func<Action<GenerationProgress>, Task<T>> work)
    {
        var remaining = new RemainingColumn();
        return console.Progress()
            .AutoClear(false)
            .HideCompleted(false)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), remaining)
            .StartAsync(context =>
            {
                ProgressTask task = context.AddTask("starting");
                return work(progress =>
                {
                    task.Description = Markup.Escape(progress.Phase);
                    task.Value = progress.Percent;
                    remaining.Text = progress.RemainingText;
                });
            });
    }

    private sealed class RemainingColumn : ProgressColumn
    {
        public string Text { get; set; } = "";

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.IsFinished ? "" : Text, new Style(foreground: Color.Grey));
    }
}
