using System.Collections.Immutable;
using Evolink.LocalHost.Chaos;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;
using Evolink.Simulator;

namespace EndToEnd.Tests.Chaos;

/// <summary>An audit that finds nothing is worth something only if it would.</summary>
public sealed class AuditTests
{
    private const string TaskId = "task-unified-1-aaaaaaaa";
    private const string OtherTaskId = "task-unified-1-bbbbbbbb";
    private static readonly JobId Id = JobId.New();
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly VideoReport Served = new(3, "abc");

    [Fact]
    public void A_saved_video_is_all_right() => Assert.Empty(Findings(Completed()));

    [Fact]
    public void A_second_charge_for_one_attempt_is_found() =>
        Assert.Equal([FindingKind.ChargedTwice, FindingKind.Lost], Findings(Completed(), charges: [Charge(TaskId), Charge(OtherTaskId)]));

    [Theory]
    [InlineData("a job that waits for ever", JobState.Waiting, null, "completed", "NotOver Lost")]
    [InlineData("a failure that the provider does not know of", JobState.Failed, "service_error", "completed", "Lost")]
    [InlineData("given up while the provider was done", JobState.Failed, "generation_deadline_exceeded", "completed", "Lost")]
    [InlineData("the provider's own failure", JobState.Failed, "service_error", "failed", "")]
    [InlineData("a link that died", JobState.Failed, "result_expired", "completed", "")]
    public void A_charge_needs_a_video_or_a_reason_that_the_provider_bears_out(string what, JobState state, string? code, string status, string expected)
    {
        JobRecord job = Job(state) with { Error = code is null ? null : new JobError(code, what) };

        Assert.Equal(expected, string.Join(' ', Findings(job, task: Task(TaskId, status, status == "failed" ? code : null), video: null)));
    }

    [Fact]
    public void An_unknown_outcome_explains_a_charge_unless_a_callback_had_named_the_task()
    {
        JobRecord job = Job(JobState.Failed) with { Error = new JobError("submission_outcome_unknown", "Attempt 1 was sent ...") };
        Attempt unknown = job.CurrentAttempt! with { State = AttemptState.Unknown, TaskId = null };

        Assert.Empty(Findings(job with { Attempts = [unknown] }, video: null, claims: []));
        Assert.Equal([FindingKind.Lost], Findings(job with { Attempts = [unknown with { Candidates = [TaskId] }] }, video: null, claims: []));
    }

    [Fact]
    public void Another_tasks_video_is_found() =>
        Assert.Equal([FindingKind.Lost, FindingKind.Orphaned], Findings(Completed() with { Attempts = [Job(JobState.Completed).CurrentAttempt! with { TaskId = OtherTaskId }] }, other: Task(OtherTaskId, "completed", null)));

    [Fact]
    public void Bytes_that_were_never_served_are_found() =>
        Assert.Equal([FindingKind.Mismatched], Findings(Completed(), video: new StoredVideo(2, "ab")));

    [Fact]
    public void What_no_record_explains_is_found()
    {
        Assert.Equal([FindingKind.Orphaned], Findings(Completed(), active: [Id.Value]));
        Assert.Equal([FindingKind.Orphaned], Findings(Completed(), claims: new() { [OtherTaskId] = new JobClaim(Id, 1) }));
        Assert.Equal([FindingKind.Lost, FindingKind.Orphaned], Findings(Completed() with { State = JobState.Failed, Video = null, Error = new JobError("internal_error", "") }));
    }

    [Fact]
    public void An_accepted_job_without_a_record_is_found()
    {
        StorageSnapshot empty = new(new Dictionary<string, JobRecord>(), [], new Dictionary<string, JobClaim>(), new Dictionary<string, StoredVideo>());

        Assert.Equal([FindingKind.NotOver], new Audit(empty, new LedgerReport([], [], [], []), new Dictionary<int, string> { [0] = Id.Value }, new HashSet<string>(), Runs()).Findings().Select(finding => finding.Kind));
    }

    [Fact]
    public void An_orchestration_that_was_started_after_the_end_is_found()
    {
        JobRecord job = Completed() with { EndedAt = Now };
        Assert.Empty(Findings(job, started: Now.AddSeconds(-1)));
        Assert.Equal([FindingKind.StartedAgain], Findings(job, started: Now.AddSeconds(1)));
    }

    [Fact]
    public void A_cancelled_job_is_explained_only_if_the_client_cancelled_it()
    {
        JobRecord job = Job(JobState.Cancelled);
        Assert.Empty(Findings(job, video: null, cancelled: true));
        Assert.Equal([FindingKind.Lost], Findings(job, video: null));
    }

    private static Dictionary<string, DurableRun> Runs(DateTimeOffset? started = null) => new() { [Id.Value] = new DurableRun(Id.Value, started ?? Now, []) };

    private static JobRecord Completed() => Job(JobState.Completed) with { Video = new SavedVideo($"{Id}.mp4", Served.Length, Served.Sha256, "video/mp4", Now) };

    private static JobRecord Job(JobState state) => new()
    {
        Id = Id,
        Client = "chaos",
        Hub = "evolink",
        Source = "http",
        RequestDigest = "",
        Model = "m",
        State = state,
        AcceptedAt = Now,
        UpdatedAt = Now,
        Attempts = ImmutableArray.Create(new Attempt
        {
            Number = 1,
            State = AttemptState.Accepted,
            FirstIntentAt = Now,
            IntentAt = Now,
            Owner = "a",
            LeaseUntil = Now,
            Intent = new SubmitIntent(null, null, null, null),
            TaskId = TaskId,
        }),
    };

    private static Charge Charge(string task) => new(task, "development", 10, Now, $"{Id}.1");

    private static TaskReport Task(string id, string status, string? code) => new(
        id, "development", "", null, Now, status, 0, Now, code, FaultScript.None, 1, 1, status == "completed" ? Served : null, [], true)
    {
        Results = status == "completed" ? [Served] : [],
    };

    private static FindingKind[] Findings(
        JobRecord job, Charge[]? charges = null, TaskReport? task = null, TaskReport? other = null, Dictionary<string, JobClaim>? claims = null, string[]? active = null, DateTimeOffset? started = null, bool cancelled = false) =>
        Findings(job, new StoredVideo(Served.Length, Served.Sha256), charges, task, other, claims, active, started, cancelled);

    private static FindingKind[] Findings(
        JobRecord job, StoredVideo? video, Charge[]? charges = null, TaskReport? task = null, TaskReport? other = null, Dictionary<string, JobClaim>? claims = null, string[]? active = null, DateTimeOffset? started = null, bool cancelled = false)
    {
        StorageSnapshot storage = new(
            new Dictionary<string, JobRecord> { [Id.Value] = job },
            active ?? [],
            claims ?? new() { [TaskId] = new JobClaim(Id, 1) },
            video is null ? new() : new Dictionary<string, StoredVideo> { [$"{Id}.mp4"] = video });
        TaskReport[] tasks = [task ?? Task(TaskId, "completed", null), other ?? Task(OtherTaskId, "completed", null)];
        LedgerReport ledger = new([], charges ?? [Charge(TaskId)], [], tasks);
        return [.. new Audit(storage, ledger, new Dictionary<int, string> { [0] = Id.Value }, new HashSet<string>(cancelled ? [Id.Value] : []), Runs(started)).Findings().Select(finding => finding.Kind)];
    }
}
