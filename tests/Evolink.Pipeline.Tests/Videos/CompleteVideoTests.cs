using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Videos;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace Evolink.Pipeline.Tests.Videos;

/// <summary>
/// A file that is not complete by its own account is never saved, whatever HTTP says about its length, and on whichever way it is read.
/// </summary>
public sealed class CompleteVideoTests(AzuriteFixture azurite)
{
    private const int Block = CopyCase.Block;

    public static TheoryData<string, string> CutFiles
    {
        get
        {
            TheoryData<string, string> cases = [];
            foreach (string way in new[] { "one piece", "one stream", "parts" })
            {
                foreach (string fault in new[] { "half", "one byte less", "no header", "nothing but a type", "more than it" })
                    cases.Add(way, fault);
            }

            return cases;
        }
    }

    private static byte[] Whole(string way) => TestVideos.Mp4(way == "one piece" ? 5000 : (5 * Block) + 100);

    private static byte[] Spoilt(byte[] video, string fault)
    {
        byte[] spoilt = fault switch
        {
            "half" => video[..(video.Length / 2)],
            "one byte less" => video[..^1],
            "nothing but a type" => video[..16],
            "more than it" => [.. video, 1, 2, 3],
            _ => [.. video],
        };
        if (fault == "no header")
            "free"u8.CopyTo(spoilt.AsSpan(20));
        return spoilt;
    }

    private static Task<ResultServer> ServeAsync(string way, Func<byte[]> file) => ResultServer.StartAsync(context =>
        ResultServer.ServeAsync(context, file(), way == "one stream" ? null : "\"v1\"", ranges: way != "one stream"));

    [Theory]
    [MemberData(nameof(CutFiles))]
    public async Task A_cut_file_whose_length_agrees_with_what_is_sent_is_never_saved(string way, string fault)
    {
        byte[] whole = Whole(way);
        byte[] served = Spoilt(whole, fault);
        await using ResultServer server = await ServeAsync(way, () => served);
        await using CopyCase copy = await CopyCase.StartAsync(azurite);
        VideoDownloadException e = await copy.AssertRefusedAsync(DownloadFailure.Incomplete, server.Link);
        Assert.Contains("is not complete: the file ", e.Message, StringComparison.Ordinal);
        served = whole;
        await copy.AssertCopiedAsync(whole, server.Link);
    }

    [Theory]
    [InlineData("one piece")]
    [InlineData("one stream")]
    [InlineData("parts")]
    public async Task A_file_that_was_linked_before_it_was_done_is_saved_when_it_is(string way)
    {
        byte[] whole = Whole(way);
        int requests = 0;
        await using ResultServer server = await ServeAsync(
            way, () => Interlocked.Increment(ref requests) == 1 ? whole[..(whole.Length / 2)] : whole);
        await using CopyCase copy = await CopyCase.StartAsync(azurite);
        await copy.AssertCopiedAsync(whole, server.Link);
    }

    [Fact]
    public async Task A_copy_that_goes_on_after_a_crash_looks_at_the_whole_file_again()
    {
        byte[] whole = Whole("parts"), served = whole;
        StorageTap tap = new()
        {
            Commit = (number, send) => number == 1 ? throw new InvalidOperationException("The process dies here.") : send(),
        };
        await using ResultServer server = await ServeAsync("parts", () => served);
        await using CopyCase copy = await CopyCase.StartAsync(azurite, tap, resumedFrom: 0);
        await Assert.ThrowsAsync<InvalidOperationException>(() => copy.CopyAsync(server.Link));
        served = whole[..^Block];
        await copy.AssertRefusedAsync(DownloadFailure.Incomplete, server.Link);
        served = whole;
        await copy.AssertCopiedAsync(whole, server.Link);
    }

    [Theory]
    [InlineData("header-first.mp4")]
    [InlineData("header-last.mp4")]
    [InlineData("fragmented.mp4")]
    [InlineData("fragmented-live.mp4")]
    [InlineData("fragmented-indexed.mp4")]
    [InlineData("quicktime.mov")]
    [InlineData("seekable.webm")]
    [InlineData("streamed.webm")]
    [InlineData("matroska.mkv")]
    public async Task Every_form_of_a_complete_file_is_saved_and_half_of_it_is_not(string name)
    {
        byte[] whole = SmallVideos.Read(name), served = whole[..((whole.Length / 2) - 3)];
        await using ResultServer server = await ResultServer.StartAsync(context => ResultServer.ServeAsync(context, served));
        await using CopyCase copy = await CopyCase.StartAsync(azurite);
        await copy.AssertRefusedAsync(DownloadFailure.Incomplete, server.Link);
        served = whole;
        await copy.AssertCopiedAsync(whole, server.Link);
    }

    [Fact]
    public async Task A_file_that_stays_cut_is_tried_for_24_hours_and_then_told_as_unusable_with_the_reason()
    {
        await using ResultServer server = await ResultServer.StartAsync(TestVideos.Mp4(5000)[..2500]);
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        pipeline.Simulator.Order(new FaultOrder(new FaultScript { Results = [new ResultFault.Redirect(server.Link)] }));
        GenerationRef generation = await pipeline.AcceptAsync();
        Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(generation, "a", CancellationToken.None));
        Assert.IsType<Collected.Later>(await pipeline.CollectAsync(generation));

        DateTimeOffset aDayAgo = TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(24);
        await pipeline.Store.UpdateAsync(
            generation.Id, job => job with { CompletedSeenAt = aDayAgo, SaveRetryAt = null }, CancellationToken.None);
        JobRecord end = await pipeline.EndAsync(generation);
        Assert.Equal((JobState.Failed, "result_unusable"), (end.State, end.Error!.Code));
        Assert.Contains("ends 2,500 bytes before the end of its last box (mdat)", end.Error.Message, StringComparison.Ordinal);
    }
}
