using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Evolink.LocalHost.Durable.Journal;

/// <summary>A journal file: one writer, any number of readers, one process.</summary>
internal sealed class DurableJournal : IAsyncDisposable
{
    private readonly FileStream fileLock;
    private readonly string path;
    private readonly ConcurrentBag<JournalReader> readers = [];
    private readonly JournalWriter writer;
    private volatile bool closed;

    private DurableJournal(string path, FileStream fileLock, SqliteConnection connection, ICommitProbe? probe)
    {
        this.path = path;
        this.fileLock = fileLock;
        writer = new JournalWriter(connection, probe);
    }

    /// <summary>Opens or creates a journal.</summary>
    /// <exception cref="JournalUnusableException">Another process has it, a newer program wrote it, or it is no journal.</exception>
    public static DurableJournal Open(string path, bool survivePowerLoss, ICommitProbe? probe)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var held = Lock(path);
        SqliteConnection? connection = null;
        try
        {
            connection = Connect(path, SqliteOpenMode.ReadWriteCreate);
            JournalSchema.Configure(connection, survivePowerLoss);
            JournalSchema.Prepare(connection, path);
            return new DurableJournal(path, held, connection, probe);
        }
        catch (Exception exception)
        {
            connection?.Dispose();
            held.Dispose();
            if (exception is SqliteException)
                throw new JournalUnusableException($"The journal '{path}' cannot be opened: {exception.Message}", exception);
            throw;
        }
    }

    /// <inheritdoc cref="JournalWriter.WriteAsync{T}"/>
    public Task<T> WriteAsync<T>(Func<JournalTransaction, T> apply) => writer.WriteAsync(apply);

    /// <summary>Reads what is committed.</summary>
    public T Read<T>(Func<JournalReader, T> read)
    {
        ObjectDisposedException.ThrowIf(closed, this);
        var reader = readers.TryTake(out var idle) ? idle : new JournalReader(Connect(path, SqliteOpenMode.ReadOnly));
        try
        {
            return read(reader);
        }
        finally
        {
            readers.Add(reader);
            if (closed)
                CloseReaders();
        }
    }

    /// <summary>Drops what is not committed and answers nobody any more.</summary>
    public void Abort() => writer.Abort();

    public async ValueTask DisposeAsync()
    {
        closed = true;
        CloseReaders();
        await writer.DisposeAsync();
        await fileLock.DisposeAsync();
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new JournalUnusableException(
                $"The journal '{path}' is in use by another process: stop that one, or use another data folder.", exception);
        }
    }

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 30 }.ToString());
        connection.Open();
        return connection;
    }

    private void CloseReaders()
    {
        while (readers.TryTake(out var reader))
            reader.Dispose();
    }
}
