using Microsoft.Data.Sqlite;

namespace Evolink.LocalHost.Durable.Journal;

/// <summary>A prepared statement with parameters <c>$1</c>, <c>$2</c> ...: prepared once, used for the life of its connection.</summary>
internal sealed class Statement : IDisposable
{
    private readonly SqliteCommand command;

#pragma warning disable CA2100 // Statements are constants of this folder; values are parameters.
    public Statement(SqliteConnection connection, string sql, int parameters)
    {
        command = connection.CreateCommand();
        command.CommandText = sql;
        for (var number = 1; number <= parameters; number++)
            command.Parameters.Add(new SqliteParameter($"${number}", SqliteType.Text));
    }
#pragma warning restore CA2100

    /// <summary>Runs it and tells how many rows changed.</summary>
    public int Execute(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return command.ExecuteNonQuery();
    }

    public object? Scalar(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return command.ExecuteScalar();
    }

    public T? First<T>(Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        Bind(values);
        using var reader = command.ExecuteReader();
        return reader.Read() ? read(reader) : default;
    }

    public List<T> List<T>(Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        Bind(values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    public void Dispose() => command.Dispose();

    private void Bind(ReadOnlySpan<object?> values)
    {
        for (var index = 0; index < values.Length; index++)
        {
            var parameter = command.Parameters[index];
            var value = values[index];
            parameter.SqliteType = value is long or int ? SqliteType.Integer : SqliteType.Text;
            parameter.Value = value ?? DBNull.Value;
        }
    }
}
