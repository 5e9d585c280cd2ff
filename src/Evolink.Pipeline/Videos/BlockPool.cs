namespace Evolink.Pipeline.Videos;

/// <summary>The memory of all copies together: so many blocks, handed out in the order in which they are asked for.</summary>
internal sealed class BlockPool(int blockSize, int blocks, int kept) : IDisposable
{
    private readonly SemaphoreSlim _free = new(blocks);
    private readonly Lock _gate = new();
    private readonly Stack<byte[]> _idle = new();
    private readonly Stack<WeakReference<byte[]>> _loose = new();

    /// <summary>Lets a copy have blocks, so many at a time.</summary>
    public Share Open(int most) => new(this, most);

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();

    // The one that was used last first: what the processor has at hand is not fetched again.
    private byte[] Take()
    {
        lock (_gate)
        {
            if (_idle.TryPop(out byte[]? idle))
                return idle;
            while (_loose.TryPop(out WeakReference<byte[]>? loose))
            {
                if (loose.TryGetTarget(out byte[]? left))
                    return left;
            }
        }

        return GC.AllocateUninitializedArray<byte>(blockSize);
    }

    // A few stay for the next copy. The others do until the garbage collector wants them: a busy app does not allocate, and an idle one is small.
    private void Return(byte[] buffer)
    {
        lock (_gate)
        {
            if (_idle.Count < kept)
                _idle.Push(buffer);
            else
                _loose.Push(new WeakReference<byte[]>(buffer));
        }

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
