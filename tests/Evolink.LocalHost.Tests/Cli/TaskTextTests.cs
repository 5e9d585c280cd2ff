using Evolink.Client;
using Evolink.LocalHost.Cli;

namespace Evolink.LocalHost.Tests.Cli;

public sealed class TaskTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_line_tells_where_a_task_stands()
    {
        string line = TaskText.Line(
            Task("failed") with
            {
                Error = new VideoTaskError { Code = "content_policy_violation" },
                Usage = new VideoUsage { CreditsReserved = 5, CreditsUsed = 2.5m },
                Reference = "cat.png",
                Prompt = "A cat\nplaying [piano] with four hands, slowly, in the rain",
            },
            Now);

        Assert.Equal(
            "gen-rwm3                        [red]failed    [/]   40 %     2 min      2.5  cat.png                   "
            + "A cat playing [[piano]] with four hands...  content_policy_violation",
            line);
        Assert.Equal(
            "ID                              STATUS         %       AGE  CREDITS  SOURCE                    "
            + "PROMPT                                    NOTE",
            TaskText.Header);
    }

    [Fact]
    public void A_line_names_what_a_task_was_made_from()
    {
        EvolinkAppSource upload = new(EvolinkAppSourceKind.Blob, "uploads", "cats/cat.png", "1", null, null, null);
        Assert.Contains("  cats/cat.png  ", LineOf(upload), StringComparison.Ordinal);
        Assert.Contains("  bat-1 3  ", LineOf(new EvolinkAppSource(EvolinkAppSourceKind.Batch, null, null, null, null, "bat-1", 3)), StringComparison.Ordinal);
        Assert.Contains("  http  ", LineOf(new EvolinkAppSource(EvolinkAppSourceKind.Http, null, null, null, null, null, null)), StringComparison.Ordinal);

        string LineOf(EvolinkAppSource source) => TaskText.Line(Task("pending") with { Source = source, Prompt = "x" }, Now);
    }

    [Fact]
    public void What_a_server_says_neither_moves_the_cursor_nor_is_markup()
    {
        EvolinkAppTask task = Task("failed") with { Error = new VideoTaskError { Code = "x", Message = "[red]\u001b[2J\r\nline" } };

        string error = Assert.Single(TaskText.Details(task), line => line.StartsWith("error", StringComparison.Ordinal));
        Assert.Equal("error     x: [[red]] [[2J  line", error);
    }

    [Theory]
    [InlineData(50, null, null, "50 reserved")]
    [InlineData(50, 40, null, "50 reserved, 40 charged")]
    [InlineData(100, 50, 50, "100 reserved, 50 charged, 50 returned")]
    public void Credits_that_were_reserved_charged_and_returned_are_told_apart(int reserved, int? charged, int? returned, string text)
    {
        EvolinkAppTask task = Task("failed") with
        {
            Usage = new VideoUsage { CreditsReserved = reserved, CreditsUsed = charged, CreditsReturned = returned },
        };

        Assert.Contains($"credits   {text}", TaskText.Details(task));
    }

    [Fact]
    public async Task Lines_of_progress_name_the_image_where_there_are_several()
    {
        StringWriter output = new();

        await new PlainProgress(output, TimeProvider.System).ShowAsync(["a.png", "b.png"], reports =>
        {
            reports[1](new GenerationProgress("waiting", 41));
            reports[0](new GenerationProgress("waiting", 40));
            reports[1](new GenerationProgress("waiting", 42));
            // Before Evolink has it there is no number to tell.
            reports[0](new GenerationProgress("pending", null));
            reports[0](new GenerationProgress("pending", null) { Waiting = "Evolink refuses this app's key." });
            return System.Threading.Tasks.Task.FromResult(true);
        });

        string[] lines =
        [
            "b.png: waiting 41% (0 s)", "a.png: waiting 40% (0 s)", "a.png: pending (0 s)",
            "a.png: pending: Evolink refuses this app's key. (0 s)",
        ];
        Assert.Equal(lines, output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    private static EvolinkAppTask Task(string status) =>
        new() { CreatedAt = Now.AddSeconds(-130), Id = "gen-rwm3", Status = new(status), Phase = new(status), Progress = 40 };
}
