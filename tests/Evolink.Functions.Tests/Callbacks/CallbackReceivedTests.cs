using System.Text;
using Evolink.Functions.Callbacks;
using Evolink.Functions.Tests.Properties;
using Evolink.Functions.Tests.Support;
using Evolink.Pipeline.Callbacks;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;
using Microsoft.AspNetCore.Http;

namespace Evolink.Functions.Tests.Callbacks;

/// <summary>What a callback writes, and what the event that it raises carries.</summary>
public sealed class CallbackReceivedTests : IDisposable
{
    private readonly OneProcess _process = new();

    private DateTimeOffset Now => _process.Time.GetUtcNow();

    [Fact]
    public async Task Of_a_task_that_is_known_the_event_carries_the_time_and_nothing_is_written()
    {
        JobRecord job = await _process.AcceptAsync(accepted => Submitting(accepted).WithOutcome("a", 1, Taken, Now));
        byte[] before = Record(job);
        _process.Time.Advance(TimeSpan.FromMinutes(2));
        await CallBackAsync(job);
        Assert.Equal(before, Record(job));
        Assert.Equal((job.Id.Value, new CallbackNote(1, Now)), Assert.Single(_process.Woken));
    }

    [Fact]
    public async Task While_nobody_knows_what_became_of_the_submit_time_and_task_are_written_at_once()
    {
        JobRecord job = await _process.AcceptAsync(Submitting);
        await CallBackAsync(job);
        Attempt attempt = (await _process.Store.ReadAsync(job.Id, CancellationToken.None)).CurrentAttempt!;
        Assert.Equal(Now, attempt.CalledBackAt);
        Assert.Equal(["task-1"], attempt.Candidates);
        Assert.Single(_process.Woken);
    }

    [Theory]
    [InlineData("\uFEFF{\"id\":\"task-1\",\"status\":\"completed\"}")]
    [InlineData("{\"id\":\"task-1\",\"status\":\"completed\",\"note\":1,\"note\":2}")]
    public async Task A_byte_order_mark_or_a_doubled_property_does_not_hide_the_task(string body)
    {
        JobRecord job = await _process.AcceptAsync(Submitting);
        await CallBackAsync(job, body);
        Assert.Equal(["task-1"], (await _process.Store.ReadAsync(job.Id, CancellationToken.None)).CurrentAttempt!.Candidates);
    }

    public void Dispose() => _process.Dispose();

    private byte[] Record(JobRecord job) => _process.Storage.Find($"{EvolinkStorage.GenerationsContainer}/records/{job.Id}.json")!;

    private Attempt Taken(Attempt entry) => entry with { State = AttemptState.Accepted, TaskId = "task-1", AcceptedAt = Now };

    private JobRecord Submitting(JobRecord job) => job.WithIntent(
        new Attempt
        {
            Number = 1,
            State = AttemptState.Intent,
            FirstIntentAt = Now,
            IntentAt = Now,
            Owner = "a",
            LeaseUntil = Now + TimeSpan.FromMinutes(1),
            Intent = new SubmitIntent(WorldServices.PublicBase.AbsoluteUri, "k1", null, null),
        },
        Now);

    private async Task CallBackAsync(JobRecord job, string body = """{"id":"task-1","status":"completed"}""")
    {
        Uri url = _process.Get<LinkSigner>().CallbackUrl(WorldServices.PublicBase, "k1", job.Id, 1);
        IResult answer = await _process.Get<CallbackReceived>().RunAsync(
            OneProcess.Request(url.Query, new MemoryStream(Encoding.UTF8.GetBytes(body))), job.Id.Value, _process.Durable, CancellationToken.None);
        Assert.Equal(StatusCodes.Status204NoContent, ((IStatusCodeHttpResult)answer).StatusCode);
    }
}
