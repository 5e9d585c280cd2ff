using Microsoft.Data.Sqlite;

namespace Evolink.LocalHost.Durable.Journal;

/// <summary>How values stand in columns. Times are UTC ticks.</summary>
internal static class Columns
{
    public static long Ticks(this DateTimeOffset time) => time.UtcTicks;

    public static DateTimeOffset Time(this SqliteDataReader row, int column) => new(row.GetInt64(column), TimeSpan.Zero);

    public static string? Text(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static int? Number(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);
}
