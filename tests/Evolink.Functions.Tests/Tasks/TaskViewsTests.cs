using Evolink.Functions.Tasks;
using Evolink.Pipeline.Generations;

namespace Evolink.Functions.Tests.Tasks;

public sealed class TaskViewsTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static JobRecord Waiting(int progress = 0, int? estimate = 100) => new()
    {
        Id = JobId.New(),
        Client = "alice",
        Hub = "evolink",
        Source = "http",
        RequestDigest = "digest",
        Model = "wan2.6-image-to-video",
        AcceptedAt = Start,
        UpdatedAt = Start,
        State = JobState.Waiting,
        Progress = progress,
        Attempts =
        [
            new Attempt
            {
                Number = 1, State = AttemptState.Accepted, FirstIntentAt = Start, IntentAt = Start, Owner = "a", LeaseUntil = Start, AcceptedAt = Start, TaskId = "task",
                EstimatedSeconds = estimate, Intent = new SubmitIntent(null, null, null, null),
            },
        ],
    };

    [Theory]
    [InlineData(0, 0)]
    [InlineData(50, 47)]
    [InlineData(100, 95)]
    [InlineData(1000, 95)]
    public void Without_a_reading_progress_follows_the_estimate_up_to_95(int seconds, int progress) =>
        Assert.Equal(progress, TaskViews.Progress(Waiting(), Start + TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void What_evolink_said_counts_where_it_is_more() => Assert.Equal(80, TaskViews.Progress(Waiting(80), Start));

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    public void Without_an_estimate_there_is_only_what_evolink_said(int? estimate) =>
        Assert.Equal(10, TaskViews.Progress(Waiting(10, estimate), Start + TimeSpan.FromHours(1)));

    [Fact]
    public void Only_a_saved_video_is_100_percent() => Assert.Equal(100, TaskViews.Progress(Waiting() with { State = JobState.Completed }, Start));

    [Fact]
    public void A_failed_job_keeps_what_was_last_seen() => Assert.Equal(
        47, TaskViews.Progress(Waiting(40) with { State = JobState.Failed, EndedAt = Start + TimeSpan.FromSeconds(50) }, Start + TimeSpan.FromHours(1)));
}
