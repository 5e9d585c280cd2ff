using System.Collections.Concurrent;

namespace Evolink.Pipeline.Videos;

/// <summary>The memory of all copies together: so many blocks, handed out in the order in which they are asked for.</summary>
internal sealed class BlockPool(int blockSize, int blocks, int kept) : IDisposable
{
    private readonly SemaphoreSlim _free = new(blocks);
    private readonly ConcurrentQueue<byte[]> _idle = new();

    /// <summary>Lets a copy have blocks, so many at a time.</summary>
    public Share Open(int most) => new(this, most);

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();

    private byte[] Take() => _idle.TryDequeue(out byte[]? idle) ? idle : GC.AllocateUninitializedArray<byte>(blockSize);

    // A few stay for the next copy; the others are the garbage collector's, so that an idle app is small.
    private void Return(byte[] buffer)
    {
        if (_idle.Count < kept)
            _idle.Enqueue(buffer);
        _free.Release();
    }

    /// <summary>What one copy may have of it.</summary>
    public sealed class Share(BlockPool pool, int most) : IDisposable
    {
        private readonly SemaphoreSlim _own = new(most);

        /// <summary>Waits for a block.</summary>
        public async Task<Block> RentAsync(CancellationToken cancellationToken)
        {
            await _own.WaitAsync(cancellationToken);
            try
            {
                await pool._free.WaitAsync(cancellationToken);
            }
            catch
            {
                _own.Release();
                throw;
            }

            return new Block(this, pool.Take());
        }

        /// <summary>A block if one is free now, else null.</summary>
        public Block? TryRent()
        {
            if (!_own.Wait(0, CancellationToken.None))
                return null;
            if (pool._free.Wait(0, CancellationToken.None))
                return new Block(this, pool.Take());
            _own.Release();
            return null;
        }

        /// <inheritdoc/>
        public void Dispose() => _own.Dispose();

        internal void Return(byte[] buffer)
        {
            pool.Return(buffer);
            _own.Release();
        }
    }

    /// <summary>Memory for one block; it goes back once, however often it is disposed.</summary>
    public sealed class Block(Share share, byte[] buffer) : IDisposable
    {
        private int _returned;

        /// <summary>The bytes.</summary>
        public byte[] Buffer { get; } = buffer;

        /// <inheritdoc/>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _returned, 1) == 0)
                share.Return(Buffer);
        }
    }
}
