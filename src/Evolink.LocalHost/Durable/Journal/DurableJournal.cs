using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Evolink.LocalHost.Durable.Journal;

/// <summary>A journal file: one writer, any number of readers, one process.</summary>
internal sealed class DurableJournal : IAsyncDisposable
{
    private readonly FileStream _fileLock;
    private readonly string _path;
    private readonly ConcurrentBag<JournalReader> _readers = [];
    private readonly JournalWriter _writer;
    private volatile bool _closed;

    private DurableJournal(string path, FileStream fileLock, SqliteConnection connection, ICommitProbe? probe)
    {
        _path = path;
        _fileLock = fileLock;
        _writer = new JournalWriter(connection, probe);
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
    public Task<T> WriteAsync<T>(Func<JournalTransaction, T> apply) => _writer.WriteAsync(apply);

    /// <summary>Reads what is committed.</summary>
    public T Read<T>(Func<JournalReader, T> read)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        var reader = _readers.TryTake(out var idle) ? idle : new JournalReader(Connect(_path, SqliteOpenMode.ReadOnly));
        try
        {
            return read(reader);
        }
        finally
        {
            _readers.Add(reader);
            if (_closed)
                CloseReaders();
        }
    }

    /// <summary>Drops what is not committed and answers nobody any more.</summary>
    public void Abort() => _writer.Abort();

    public async ValueTask DisposeAsync()
    {
        _closed = true;
        CloseReaders();
        await _writer.DisposeAsync();
        await _fileLock.DisposeAsync();
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
        while (_readers.TryTake(out var reader))
            reader.Dispose();
    }
}
