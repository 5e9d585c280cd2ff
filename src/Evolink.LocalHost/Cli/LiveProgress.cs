using Spectre.Console;
using Spectre.Console.Rendering;

namespace Evolink.LocalHost.Cli;

/// <summary>A bar that moves, for a terminal.</summary>
internal sealed class LiveProgress(IAnsiConsole console) : IProgressDisplay
{
    public Task<T> ShowAsync<T>(Func<Action<GenerationProgress>, Task<T>> work)
    {
        var estimate = new EstimateColumn();
        return console.Progress()
            .AutoClear(false)
            .HideCompleted(false)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), estimate)
            .StartAsync(context =>
            {
                ProgressTask task = context.AddTask("starting");
                return work(progress =>
                {
                    task.Description = Markup.Escape(progress.Phase);
                    task.Value = progress.Percent;
                    estimate.Total = progress.Estimate;
                });
            });
    }

    private sealed class EstimateColumn : ProgressColumn
    {
        public TimeSpan? Total { get; set; }

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(Total is { } total && !task.IsFinished ? $"of about {total.TotalSeconds:0} s" : "", new Style(foreground: Color.Grey));
    }
}
