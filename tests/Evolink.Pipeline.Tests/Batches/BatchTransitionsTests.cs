using System.Text.Json;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Tests.Support;

namespace Evolink.Pipeline.Tests.Batches;

public sealed class BatchTransitionsTests
{
    private static readonly DateTimeOffset Now = Jobs.Start;

    private static BatchRecord Batch(string items, int maxInFlight = 2) => new()
    {
        Id = BatchId.New(),
        Client = "alice",
        Hub = "evolink",
        Digest = "digest",
        OwnBases = [],
        RequestLengths = [],
        MaxInFlight = maxInFlight,
        AcceptedAt = Now,
        UpdatedAt = Now,
        Items = [.. items.Select(letter => (BatchItemState)"wscfx".IndexOf(letter, StringComparison.Ordinal))],
    };

    private static string Letters(BatchRecord batch) => new([.. batch.Items.Select(item => "wscfx"[(int)item])]);

    [Theory]
    [InlineData("wwww", "ssww")]
    [InlineData("cswf", "cssf")]
    [InlineData("ssww", "ssww")]
    [InlineData("csxf", "csxf")]
    public void As_many_are_started_as_may_be_under_way_in_their_order(string before, string after) =>
        Assert.Equal(after, Letters(Batch(before).WithNextStarted(Now)));

    [Fact]
    public void After_a_cancel_nothing_is_started_and_what_is_under_way_stays_to_be_looked_after()
    {
        BatchRecord cancelled = Batch("csww").WithCancelRequest(Now);
        Assert.Equal("csxx", Letters(cancelled));
        Assert.Same(cancelled, cancelled.WithNextStarted(Now));
        Assert.Same(cancelled, cancelled.WithCancelRequest(Now));
        Assert.Null(cancelled.WithEnd(Now).EndedAt);
    }

    [Fact]
    public void An_item_that_is_over_never_changes()
    {
        BatchRecord batch = Batch("cfx");
        Assert.Same(batch, batch.WithEnded(new Dictionary<int, BatchItemState> { [0] = BatchItemState.Failed, [2] = BatchItemState.Completed }, Now));
        Assert.Same(batch, batch.WithRefusal(1, new JobError("code", "message"), Now));
    }

    [Fact]
    public void It_is_over_when_every_item_is()
    {
        Assert.Null(Batch("cs").WithEnd(Now).EndedAt);
        BatchRecord over = Batch("cs").WithEnded(new Dictionary<int, BatchItemState> { [1] = BatchItemState.Failed }, Now).WithEnd(Now);
        Assert.Equal(Now, over.EndedAt);
        Assert.Same(over, over.WithCancelRequest(Now));
    }

    [Fact]
    public void A_stored_record_is_the_same_when_it_is_read_and_small()
    {
        BatchRecord batch = Batch(new string('c', 999) + 's', maxInFlight: 100).WithRefusal(999, new JobError("code", "message"), Now)
            with
        { RequestLengths = [.. Enumerable.Repeat(300, 1000)], OwnBases = [new Uri("https://app.example.com")] };
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(batch, PipelineJsonContext.Default.BatchRecord);
        BatchRecord read = JsonSerializer.Deserialize(json, PipelineJsonContext.Default.BatchRecord)!;

        Assert.Equal(batch.Items.AsEnumerable(), read.Items);
        Assert.Equal(batch.Refusals.AsEnumerable(), read.Refusals);
        Assert.Equal(batch.RequestLengths.AsEnumerable(), read.RequestLengths);
        Assert.InRange(json.Length, 1, 8 * 1024);
    }
}
