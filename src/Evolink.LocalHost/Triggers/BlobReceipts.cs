using Evolink.LocalHost.Durable.Journal;
using Microsoft.Data.Sqlite;

namespace Evolink.LocalHost.Triggers;

/// <summary>Which blobs each function has been given, in a SQLite file beside the journal: what was served before a restart, or a crash, is not served again.</summary>
internal sealed class BlobReceipts : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private readonly Statement _write;
    private readonly Statement _delete;
    private readonly Dictionary<(string Function, string Name), BlobReceipt> _receipts = [];

    public BlobReceipts(string journalPath)
    {
        string file = Path.ChangeExtension(journalPath, ".blobs.db");
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        try
        {
            _connection.Open();
            using (SqliteCommand prepare = _connection.CreateCommand())
            {
                prepare.CommandText =
                    """
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = NORMAL;
                    CREATE TABLE IF NOT EXISTS receipts (
                        function TEXT NOT NULL, name TEXT NOT NULL, etag TEXT NOT NULL, tries INTEGER NOT NULL, done INTEGER NOT NULL,
                        PRIMARY KEY (function, name)) WITHOUT ROWID;
                    """;
                prepare.ExecuteNonQuery();
            }

            _write = new Statement(_connection, "INSERT OR REPLACE INTO receipts VALUES ($1, $2, $3, $4, $5)", 5);
            _delete = new Statement(_connection, "DELETE FROM receipts WHERE function = $1 AND name = $2", 2);
            using Statement all = new(_connection, "SELECT function, name, etag, tries, done FROM receipts", 0);
            foreach (((string, string) key, BlobReceipt receipt) in all.List(row => ((row.GetString(0), row.GetString(1)), new BlobReceipt(row.GetString(2), row.GetInt32(3), row.GetBoolean(4)))))
                _receipts[key] = receipt;
        }
        catch (SqliteException e)
        {
            _connection.Dispose();
            throw new LocalHostException($"{Path.GetFullPath(file)} cannot be read: {e.Message} Delete it: every blob that is there is served once more then.", e);
        }
    }

    public BlobReceipt? Find(string function, string name)
    {
        lock (_lock)
            return _receipts.GetValueOrDefault((function, name));
    }

    public void Write(string function, string name, BlobReceipt receipt)
    {
        lock (_lock)
        {
            _write.Execute(function, name, receipt.ETag, receipt.Tries, receipt.Done ? 1 : 0);
            _receipts[(function, name)] = receipt;
        }
    }

    /// <summary>Forgets blobs that are not there any more.</summary>
    public void ForgetAllBut(string function, IReadOnlySet<string> there)
    {
        lock (_lock)
        {
            foreach ((string Function, string Name) key in _receipts.Keys.Where(key => key.Function == function && !there.Contains(key.Name)).ToArray())
            {
                _delete.Execute(key.Function, key.Name);
                _receipts.Remove(key);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _write.Dispose();
            _delete.Dispose();
            _connection.Dispose();
        }
    }
}
