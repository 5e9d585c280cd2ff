using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Evolink.LocalHost.Durable.Journal;

/// <summary>
/// The only writer of a journal. Writes that wait at the same time share one transaction (group commit); each caller is told when its write
/// is committed, never before.
/// </summary>
internal sealed class JournalWriter : IAsyncDisposable
{
    private const int LargestBatch = 512;

    private readonly Channel<IJournalWrite> waiting = Channel.CreateUnbounded<IJournalWrite>(new() { SingleReader = true });
    private readonly JournalTransaction transaction;
    private readonly ICommitProbe? probe;
    private readonly Task loop;
    private volatile bool dead;

    public JournalWriter(SqliteConnection connection, ICommitProbe? probe)
    {
        transaction = new JournalTransaction(connection);
        this.probe = probe;
        loop = Task.Run(WriteAsync);
    }

    /// <summary>
    /// Runs <paramref name="apply"/> in the next transaction and answers once that is committed. It may run a second time, after a rollback:
    /// it reads and writes nothing but the journal. A write that throws is rolled back alone and hands its exception to the caller.
    /// </summary>
    public Task<T> WriteAsync<T>(Func<JournalTransaction, T> apply)
    {
        var write = new JournalWrite<T>(apply);
        if (!waiting.Writer.TryWrite(write))
            throw new InvalidOperationException("The Durable engine has stopped.");
        return write.Task;
    }

    /// <summary>Ends the world as a crash does: what is not committed is lost, and no commit is told to anybody any more.</summary>
    public void Abort()
    {
        dead = true;
        waiting.Writer.TryComplete();
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await loop;
        transaction.Dispose();
    }

    private async Task WriteAsync()
    {
        var batch = new List<IJournalWrite>(LargestBatch);
        while (await waiting.Reader.WaitToReadAsync())
        {
            while (batch.Count < LargestBatch && waiting.Reader.TryRead(out var write))
                batch.Add(write);
            if (dead)
                batch.ForEach(write => write.Failed(Dead()));
            else
                Write(batch);
            batch.Clear();
        }
    }

    private void Write(List<IJournalWrite> batch)
    {
        if (TryCommit(batch, out var failure) && !dead)
        {
            batch.ForEach(write => write.Committed());
            return;
        }

        if (dead)
        {
            batch.ForEach(write => write.Failed(Dead()));
            return;
        }

        if (batch.Count == 1)
        {
            batch[0].Failed(failure!);
            return;
        }

        // One of them is at fault, or the disk is: each gets a transaction and an answer of its own.
        foreach (var write in batch)
            Write([write]);
    }

    private bool TryCommit(List<IJournalWrite> batch, out Exception? failure)
    {
        failure = null;
        var open = false;
        try
        {
            transaction.Begin();
            open = true;
            foreach (var write in batch)
                write.Apply(transaction);
            Probe(static p => p.BeforeCommit());
            transaction.Commit();
            open = false;
            Probe(static p => p.AfterCommit());
            return true;
        }
#pragma warning disable CA1031 // Whatever it is, it goes to the callers.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
            if (open)
                RollBack();
            return false;
        }
    }

    private static OperationCanceledException Dead() => new("The Durable engine was aborted; what was under way is in the journal or lost.");

    private void RollBack()
    {
        try
        {
            transaction.Rollback();
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself, as it does when the disk is full.
        }
    }

    private void Probe(Action<ICommitProbe> call)
    {
        if (probe is null)
            return;
        try
        {
            call(probe);
        }
        catch
        {
            Abort();
            throw;
        }
    }

    private interface IJournalWrite
    {
        void Apply(JournalTransaction transaction);

        void Committed();

        void Failed(Exception exception);
    }

    private sealed class JournalWrite<T>(Func<JournalTransaction, T> apply) : IJournalWrite
    {
        private readonly TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? answer;

        public Task<T> Task => done.Task;

        public void Apply(JournalTransaction transaction) => answer = apply(transaction);

        public void Committed() => done.SetResult(answer!);

        public void Failed(Exception exception) => done.SetException(exception);
    }
}
