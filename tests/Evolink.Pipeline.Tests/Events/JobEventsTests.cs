using System.Text.Json;
using Evolink.Pipeline.Events;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Webhooks;

namespace Evolink.Pipeline.Tests.Events;

/// <summary>The record as the outbox: what is told is what happened.</summary>
public sealed class JobEventsTests
{
    private static readonly DateTimeOffset Later = Jobs.Start + TimeSpan.FromMinutes(2);

    private static string[] Names(JobRecord job) => [.. job.UntoldEvents().Select(happened => happened.Name)];

    [Fact]
    public void Each_step_of_a_job_is_told_in_its_order()
    {
        Assert.Equal(["accepted"], Names(Jobs.Accepted()));
        Assert.Equal(["accepted"], Names(Jobs.Unknown()));
        Assert.Equal(["accepted", "submitted.1"], Names(Jobs.Waiting()));
        Assert.Equal(["accepted", "submitted.1", "completed.1"], Names(Jobs.Waiting().WithVideo(Jobs.First, Jobs.Video, Later).WithEnd(Later)));
        Assert.Equal(["accepted", "submitted.1", "failed.1"], Names(Jobs.Waiting().WithError(new JobError("a", "b"), Later).WithEnd(Later)));
        Assert.Equal(["accepted", "cancelled.1"], Names(Jobs.Accepted().WithCancelRequest(Later).WithEnd(Later)));
    }

    [Fact]
    public void What_was_told_is_not_told_again()
    {
        JobRecord told = Jobs.Accepted().WithTold(Jobs.Accepted().UntoldEvents());
        Assert.Empty(told.UntoldEvents());
        Assert.Same(told, told.WithTold(Jobs.Accepted().UntoldEvents()));
    }

    [Fact]
    public void An_end_that_was_opened_again_before_it_was_told_is_told_all_the_same()
    {
        JobRecord failed = Jobs.Waiting().WithError(new JobError("a", "b"), Later).WithEnd(Later);
        JobRecord second = failed.WithReopened("task-2", Later);
        Assert.Contains("failed.1", Names(second));
        JobRecord done = second.WithCompletedSeen(second.CurrentRef, Later).WithVideo(second.CurrentRef, Jobs.Video, Later).WithEnd(Later);
        Assert.Contains("completed.2", Names(done));
        Assert.Equal([1, 2], done.UntoldEvents().Where(happened => happened.Name is "failed.1" or "completed.2").Select(happened => happened.Data.Revision).Order());
    }

    [Fact]
    public void The_id_is_the_same_each_time_and_another_one_for_each_event()
    {
        JobRecord job = Jobs.Waiting().WithError(new JobError("a", "b"), Later).WithEnd(Later);
        string[] ids = [.. job.UntoldEvents().Select(happened => happened.Id)];
        Assert.Equal(ids, job.UntoldEvents().Select(happened => happened.Id));
        Assert.Equal(3, ids.Distinct().Count());
    }

    [Fact]
    public void A_record_of_before_there_were_events_can_be_read()
    {
        JobRecord job = Jobs.Accepted() with { Webhook = JobWebhook.Of("https://client.example.com/hook") };
        string json = JsonSerializer.Serialize(job, PipelineJsonContext.Default.JobRecord);
        Assert.Contains(",\"told\":[]", json, StringComparison.Ordinal);
        string old = json.Replace(",\"told\":[]", string.Empty, StringComparison.Ordinal).Replace(",\"calls\":[]", string.Empty, StringComparison.Ordinal);
        JobRecord read = JsonSerializer.Deserialize(old, PipelineJsonContext.Default.JobRecord)!;
        Assert.Equal(["accepted"], Names(read));
        Assert.Empty(read.Webhook!.Calls);
    }
}
