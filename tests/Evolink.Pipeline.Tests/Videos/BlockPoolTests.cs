using Evolink.Pipeline.Videos;

namespace Evolink.Pipeline.Tests.Videos;

/// <summary>The memory of copies.</summary>
public sealed class BlockPoolTests
{
    private const int Blocks = 6;
    private const int Kept = 2;

    [Fact]
    public async Task Blocks_that_came_back_are_handed_out_again_also_more_than_are_kept()
    {
        using BlockPool pool = new(1024, Blocks, Kept);
        using BlockPool.Share share = pool.Open(Blocks);
        // Held here, so that the garbage collector cannot have them meanwhile.
        HashSet<byte[]> first = [.. await RentAllAsync(share)];

        Assert.Equal(Blocks, first.Count);
        Assert.All(await RentAllAsync(share), buffer => Assert.Contains(buffer, first));
    }

    [Fact]
    public async Task What_is_not_kept_is_the_garbage_collectors()
    {
        using BlockPool pool = new(1024, Blocks, Kept);
        using BlockPool.Share share = pool.Open(Blocks);
        WeakReference[] buffers = await SeeAllAsync(share);

        GC.Collect();

        Assert.Equal(Kept, buffers.Count(buffer => buffer.IsAlive));
        Assert.Equal(Blocks, (await RentAllAsync(share)).Length);
    }

    [Fact]
    public async Task No_block_is_in_two_hands()
    {
        using BlockPool pool = new(1024, Blocks, Kept);
        using BlockPool.Share share = pool.Open(Blocks);
        await RentAllAsync(share);
        List<BlockPool.Block> held = [];
        for (int i = 0; i < Blocks; i++)
            held.Add(await share.RentAsync(CancellationToken.None));

        Assert.Null(share.TryRent());
        Assert.Equal(Blocks, held.Select(block => block.Buffer).Distinct().Count());
        held.ForEach(block => block.Dispose());
    }

    // Apart, so that no local of the test's holds one.
    private static async Task<WeakReference[]> SeeAllAsync(BlockPool.Share share) => [.. (await RentAllAsync(share)).Select(buffer => new WeakReference(buffer))];

    private static async Task<byte[][]> RentAllAsync(BlockPool.Share share)
    {
        List<BlockPool.Block> rented = [];
        for (int i = 0; i < Blocks; i++)
            rented.Add(await share.RentAsync(CancellationToken.None));
        byte[][] buffers = [.. rented.Select(block => block.Buffer)];
        rented.ForEach(block => block.Dispose());
        return buffers;
    }
}
