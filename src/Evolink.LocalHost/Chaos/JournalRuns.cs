using Microsoft.Data.Sqlite;

namespace Evolink.LocalHost.Chaos;

/// <summary>The runs that the engine left in its journal.</summary>
internal static class JournalRuns
{
    /// <summary>When each instance was started; for one that was started several times, when it was started last.</summary>
    public static Dictionary<string, DateTimeOffset> Read(string journal)
    {
        using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = journal, Pooling = false }.ToString());
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT id, created FROM instances";
        using SqliteDataReader row = command.ExecuteReader();
        Dictionary<string, DateTimeOffset> runs = new(StringComparer.Ordinal);
        while (row.Read())
            runs.Add(row.GetString(0), new DateTimeOffset(row.GetInt64(1), TimeSpan.Zero));
        return runs;
    }
}
