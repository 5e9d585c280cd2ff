using System.Security.Cryptography;

namespace Evolink.Pipeline.Videos;

/// <summary>What was copied.</summary>
internal sealed record CopiedVideo(long Length, string Sha256, string ContentType);

/// <summary>
/// One copy: blocks are read ahead, several at once where the source has parts; hashed in the video's order; and sent while others come in.
/// </summary>
/// <remarks>
/// Memory is rented in the video's order, and a copy waits for it only while it has no block that it still has to hash: so copies that
/// share too little take turns, and never wait for each other in a circle.
/// </remarks>
internal sealed class VideoCopy(VideoSource source, VideoBlob blob, BlockPool.Share memory, int blockSize, bool isAnyMedia) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Queue<Task<ReadBlock>> _reading = new();
    private readonly List<Task> _staging = [];
    private readonly List<string> _names = [];
    private ContainerWalk? _file;
    private long _next;
    private bool _ended;

    /// <summary>Copies everything, and makes it visible.</summary>
    /// <param name="first">Memory for the first block.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<CopiedVideo> RunAsync(BlockPool.Block first, CancellationToken cancellationToken)
    {
        (int length, ulong crc) = await source.ReadNextAsync(first.Buffer, _hash, cancellationToken);
        string type = source.Sniff(first.Buffer.AsSpan(0, length), isAnyMedia);
        _file = ContainerWalk.Of(type);
        _file.Append(first.Buffer.AsSpan(0, length));
        bool whole = length < blockSize || source.Length == length;
        if (whole || source.HasParts)
            source.CheckLength();
        if (whole)
        {
            source.CheckComplete(_file);
            await blob.PutAsync(new(first.Buffer, 0, length), crc, type, Sha256(), cancellationToken);
        }
        else
        {
            await StageAllAsync(new ReadBlock(first, 0, length, crc), cancellationToken);
            source.CheckComplete(_file);
            await blob.CommitAsync(_names, type, Sha256(), cancellationToken);
        }

        return new CopiedVideo(source.HasParts ? source.Length!.Value : source.Streamed, Sha256(), type);
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private string Sha256() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    private async Task StageAllAsync(ReadBlock first, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            _next = first.Length;
            Stage(first, stop);
            await StartReadingAsync(stop.Token);
            while (_reading.TryDequeue(out Task<ReadBlock>? reading))
            {
                ReadBlock block = await reading;
                _file!.Append(block.Memory.Buffer.AsSpan(0, block.Length));
                if (source.HasParts)
                    _hash.AppendData(block.Memory.Buffer, 0, block.Length);
                if (block.Length > 0)
                    Stage(block, stop);
                else
                    block.Memory.Dispose();
                if (_ended && !source.HasParts)
                    source.CheckLength();
                await StartReadingAsync(stop.Token);
            }

            await Task.WhenAll(_staging);
        }
        catch (Exception e)
        {
            await stop.CancelAsync();
            await SettleAsync();
            // What went wrong first stopped the others.
            bool wasStopped = e is OperationCanceledException && !cancellationToken.IsCancellationRequested;
            if (wasStopped && _staging.Find(staging => staging.IsFaulted) is { } failed)
                await failed;
            throw;
        }
    }

    private async Task StartReadingAsync(CancellationToken cancellationToken)
    {
        while (!_ended && (source.HasParts || _reading.Count == 0))
        {
            BlockPool.Block? block = _reading.Count == 0 ? await memory.RentAsync(cancellationToken) : memory.TryRent();
            if (block is null)
                return;
            long start = _next;
            _next += blockSize;
            // Before the reading begins: a stream may end at once, and says so itself.
            _ended = source.HasParts && _next >= source.Length;
            _reading.Enqueue(source.HasParts
                ? ReadPartAsync(block, start, cancellationToken)
                : ReadNextAsync(block, start, cancellationToken));
        }
    }

    private async Task<ReadBlock> ReadPartAsync(BlockPool.Block block, long start, CancellationToken cancellationToken)
    {
        try
        {
            int length = (int)Math.Min(blockSize, source.Length!.Value - start);
            ulong crc = await source.ReadPartAsync(start, block.Buffer.AsMemory(0, length), cancellationToken);
            return new ReadBlock(block, start, length, crc);
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    // Hashed as it comes in: there is one stream, so its bytes come in order.
    private async Task<ReadBlock> ReadNextAsync(BlockPool.Block block, long start, CancellationToken cancellationToken)
    {
        try
        {
            (int length, ulong crc) = await source.ReadNextAsync(block.Buffer, _hash, cancellationToken);
            _ended = length < blockSize;
            return new ReadBlock(block, start, length, crc);
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    private void Stage(ReadBlock block, CancellationTokenSource stop)
    {
        _names.Add(BlockName.Of(block.Start, _hash));
        _staging.Add(StageAsync(_names[^1], block, stop));
    }

    private async Task StageAsync(string name, ReadBlock block, CancellationTokenSource stop)
    {
        using BlockPool.Block rented = block.Memory;
        try
        {
            // The first part of it is sent before anything is waited for: this copy's loop goes on meanwhile.
            await Task.Run(() => blob.StageAsync(name, new(rented.Buffer, 0, block.Length), block.Crc, stop.Token), stop.Token);
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    // Memory goes back only when nobody reads into it or sends from it any more.
    private async Task SettleAsync()
    {
        foreach (Task<ReadBlock> reading in _reading)
        {
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (reading.IsCompletedSuccessfully)
                (await reading).Memory.Dispose();
        }

        await Task.WhenAll(_staging).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private sealed record ReadBlock(BlockPool.Block Memory, long Start, int Length, ulong Crc);
}
