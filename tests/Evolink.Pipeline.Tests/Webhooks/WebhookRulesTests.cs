using System.Text;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Webhooks;

namespace Evolink.Pipeline.Tests.Webhooks;

/// <summary>What is pure about webhooks: signature, secrets, schedule, and the record's changes.</summary>
public sealed class WebhookRulesTests
{
    private static readonly DateTimeOffset Now = Jobs.Start;

    [Fact]
    public void The_signature_is_that_of_the_reference_libraries()
    {
        // The vector that the reference libraries of Standard Webhooks test themselves with.
        byte[] key = WebhookSecrets.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!;
        Assert.Equal(
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            WebhookSignature.Header([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Encoding.UTF8.GetBytes("""{"test": 2432232314}""")));
    }

    [Theory]
    [InlineData(23, false)]
    [InlineData(24, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void A_secret_has_24_to_64_bytes(int bytes, bool valid) =>
        Assert.Equal(valid, WebhookSecrets.Parse("whsec_" + Convert.ToBase64String(new byte[bytes])) is { } key && key.Length == bytes);

    [Theory]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_")]
    [InlineData("whsec_not base64 at all, and long enough to be")]
    [InlineData("@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/a)")]
    public void What_is_no_secret_is_none(string secret) => Assert.Null(WebhookSecrets.Parse(secret));

    [Fact]
    public void Secrets_that_are_all_unresolved_are_not_taken_for_none()
    {
        EvolinkOptions options = new();
        Assert.Empty(WebhookSecrets.Of(options, "alice")!);
        options.Webhooks.Secrets["alice"] = new() { ["0"] = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/a)" };
        Assert.Null(WebhookSecrets.Of(options, "alice"));
        options.Webhooks.Secrets["alice"]["1"] = "whsec_" + Convert.ToBase64String(new byte[24]);
        Assert.Single(WebhookSecrets.Of(options, "alice")!);
    }

    [Fact]
    public void Ten_calls_are_spread_over_three_days_as_the_standard_has_it()
    {
        TimeSpan[] delays = [.. Enumerable.Range(1, 9).Select(tries => WebhookSchedule.After(tries, null, 0)!.Value)];
        Assert.Equal(["00:00:05", "00:05:00", "00:30:00", "02:00:00", "05:00:00", "10:00:00", "14:00:00", "20:00:00", "1.00:00:00"], delays.Select(delay => delay.ToString()));
        Assert.Equal(new TimeSpan(75, 35, 5), delays.Aggregate(TimeSpan.Zero, (sum, delay) => sum + delay));
        Assert.Null(WebhookSchedule.After(10, null, 0));
    }

    [Fact]
    public void Jitter_only_adds_and_adds_a_tenth_at_most()
    {
        Assert.Equal(TimeSpan.FromMinutes(33), WebhookSchedule.After(3, null, 1));
        Assert.Equal(TimeSpan.FromMinutes(31.5), WebhookSchedule.After(3, null, 0.5));
    }

    [Theory]
    [InlineData(1, 60, 60)]
    [InlineData(2, 60, 300)]
    [InlineData(1, 999_999_999, 86_400)]
    [InlineData(1, -5, 5)]
    public void Retry_After_counts_where_it_is_longer_and_at_most_a_day(int tries, int asked, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), WebhookSchedule.After(tries, TimeSpan.FromSeconds(asked), 0));

    [Fact]
    public void The_end_and_the_duty_to_tell_it_are_one_change()
    {
        JobRecord job = WithUrl(Jobs.Waiting());
        Assert.Null(WebhookRun.DueFor(job));
        JobRecord ended = job.WithError(new JobError("a", "b"), Now).WithEnd(Now);
        Assert.Equal(new WebhookRun(job.Id, 1, 0), WebhookRun.DueFor(ended));
        Assert.Null(Jobs.Waiting().WithEnd(Now).Webhook);
    }

    [Fact]
    public void A_job_that_is_opened_again_is_told_again_under_another_id()
    {
        JobRecord first = Ended();
        JobRecord again = first.WithReopened("task-2", Now);
        Assert.Null(WebhookRun.DueFor(again));
        JobRecord second = again.WithError(new JobError("a", "b"), Now).WithEnd(Now);
        WebhookRun run = WebhookRun.DueFor(second)!;
        Assert.Equal(2, run.Revision);
        Assert.NotEqual(WebhookRun.DueFor(first)!.MessageId, run.MessageId);
        Assert.NotEqual(WebhookRun.DueFor(first)!.InstanceId, run.InstanceId);
    }

    [Fact]
    public void A_redelivery_is_the_same_message_and_takes_over_from_the_calls_before()
    {
        JobRecord job = Ended();
        WebhookRun before = WebhookRun.DueFor(job)!;
        JobRecord asked = job.WithRedelivery(Now);
        WebhookRun after = WebhookRun.DueFor(asked)!;
        Assert.Equal(before.MessageId, after.MessageId);
        Assert.NotEqual(before.InstanceId, after.InstanceId);
        Assert.Same(asked, asked.WithWebhookCall(before, Call(before, 1), WebhookState.Delivered, null));
        Assert.Equal(3, WebhookRun.DueFor(asked.WithRedelivery(Now).WithRedelivery(Now))!.Round);
    }

    [Fact]
    public void A_call_that_two_executions_made_counts_once_unless_it_succeeded()
    {
        JobRecord job = Ended();
        WebhookRun run = WebhookRun.DueFor(job)!;
        JobRecord failed = job.WithWebhookCall(run, Call(run, 1), WebhookState.Pending, Now);
        Assert.Same(failed, failed.WithWebhookCall(run, Call(run, 1), WebhookState.Pending, Now));
        Assert.Equal(WebhookState.Delivered, failed.WithWebhookCall(run, Call(run, 1), WebhookState.Delivered, null).Webhook!.State);
    }

    [Fact]
    public void The_record_keeps_the_last_twenty_calls()
    {
        JobRecord job = Ended();
        for (int round = 0; round < 30; round++)
        {
            WebhookRun run = WebhookRun.DueFor(job)!;
            job = job.WithWebhookCall(run, Call(run, 1), WebhookState.GivenUp, null).WithRedelivery(Now);
        }

        Assert.Equal(Enumerable.Range(10, 20), job.Webhook!.Calls.Select(call => call.Round));
    }

    private static WebhookCall Call(WebhookRun run, int number) => new(Now, run.Revision, run.Round, number, 500, null);

    private static JobRecord WithUrl(JobRecord job) => job with { Webhook = JobWebhook.Of("https://client.example.com/hook?token=1") };

    private static JobRecord Ended() => WithUrl(Jobs.Waiting()).WithError(new JobError("a", "b"), Now).WithEnd(Now);
}
