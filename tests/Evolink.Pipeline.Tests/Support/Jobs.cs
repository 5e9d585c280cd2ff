using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Tests.Support;

/// <summary>Job records at the points of their way that tests begin from.</summary>
internal static class Jobs
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static SavedVideo Video { get; } = new("gen.mp4", 10, new string('0', 64), "video/mp4", Start);

    public static AttemptRef First { get; } = new(1, 1);

    public static JobRecord Accepted(JobId? id = null) => new()
    {
        Id = id ?? JobId.New(),
        Client = "alice",
        Hub = "evolink",
        Source = "http",
        RequestDigest = "digest",
        Model = "wan2.6-image-to-video",
        AcceptedAt = Start,
        UpdatedAt = Start,
        Timeline = [new StateChange(Start, JobState.Accepted, 1)],
    };

    public static Attempt Intent(int number, string owner) => new()
    {
        Number = number,
        State = AttemptState.Intent,
        FirstIntentAt = Start,
        IntentAt = Start,
        Owner = owner,
        LeaseUntil = Start + TimeSpan.FromMinutes(1),
        Intent = new SubmitIntent("https://app.example.com/", "k1", null, null),
    };

    public static Attempt Taken(Attempt entry) => entry with { State = AttemptState.Accepted, TaskId = "task-1", AcceptedAt = Start, EstimatedSeconds = 120 };

    public static JobRecord Waiting() => Accepted().WithIntent(Intent(1, "a"), Start).WithOutcome("a", 1, Taken, Start);

    public static JobRecord Unknown() => Accepted().WithIntent(Intent(1, "a"), Start).WithLeaseExpired(Start + TimeSpan.FromHours(1));
}
