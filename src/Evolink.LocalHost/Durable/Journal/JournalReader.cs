using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Durable.Journal;

/// <summary>Reads what is committed, on a connection of its own. Not thread-safe: <see cref="DurableJournal.Read{T}"/> lends one out.</summary>
internal sealed class JournalReader(SqliteConnection connection) : IDisposable
{
    private const string InstanceColumns =
        "key, id, name, version, status, created, updated, parent, parent_task, parent_id, parent_name, input, output, custom_status, tags";

    private readonly List<Statement> all = [];
    private Statement? byKey, byId, events, messages, pending, activity, activities, due, page;

    public InstanceRow? Instance(long key) =>
        Use(ref byKey, $"SELECT {InstanceColumns} FROM instances WHERE key = $1", 1).First(ReadInstance, key);

    public InstanceRow? Instance(string id) =>
        Use(ref byId, $"SELECT {InstanceColumns} FROM instances WHERE id = $1", 1).First(ReadInstance, id);

    public List<JournalEvent> Events(long instance) =>
        Use(
            ref events,
            "SELECT number, kind, at, task, name, target, due, version, data FROM history WHERE instance = $1 ORDER BY number",
            1)
            .List(
                row => new JournalEvent(
                    row.GetInt32(0),
                    (JournalEventKind)row.GetInt32(1),
                    row.Time(2),
                    row.Number(3),
                    row.Text(4),
                    row.Text(5),
                    row.IsDBNull(6) ? null : row.Time(6),
                    row.Text(7),
                    row.Text(8)),
                instance);

    public List<Message> Messages(long instance) =>
        Use(ref messages, "SELECT id, kind, task, name, data FROM messages WHERE instance = $1 ORDER BY id", 1)
            .List(
                row => new Message(row.GetInt64(0), (JournalEventKind)row.GetInt32(1), row.Number(2), row.Text(3), row.Text(4)),
                instance);

    /// <summary>The instances to which something has happened.</summary>
    public List<long> InstancesWithMessages() =>
        Use(ref pending, "SELECT DISTINCT instance FROM messages", 0).List(row => row.GetInt64(0));

    /// <summary>The activities whose results are not there yet.</summary>
    public List<ActivityKey> Activities() =>
        Use(ref activities, "SELECT instance, task FROM activities", 0)
            .List(row => new ActivityKey(row.GetInt64(0), row.GetInt32(1)));

    public PendingActivity? Activity(ActivityKey key) =>
        Use(
            ref activity,
            "SELECT a.name, a.input, i.id FROM activities a JOIN instances i ON i.key = a.instance WHERE a.instance = $1 AND a.task = $2",
            2)
        .First(row => new PendingActivity(key, row.GetString(0), row.Text(1), row.GetString(2)), key.Instance, key.TaskId);

    public DateTimeOffset? NextTimer()
    {
        var rows = Use(ref due, "SELECT due FROM timers ORDER BY due LIMIT 1", 0).List(row => row.Time(0));
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>Instances in the order in which they were created, after <paramref name="afterKey"/>.</summary>
    public List<InstanceRow> Page(InstanceFilter filter, long afterKey, int atMost) =>
        Use(
            ref page,
            $"""
             SELECT {InstanceColumns} FROM instances
             WHERE key > $1 AND ($2 IS NULL OR created >= $2) AND ($3 IS NULL OR created <= $3) AND ($4 >> status) & 1
               AND ($5 IS NULL OR substr(id, 1, length($5)) = $5) AND ($6 IS NULL OR updated >= $6) AND ($7 IS NULL OR updated <= $7)
             ORDER BY key LIMIT $8
             """,
            8)
        .List(ReadInstance, afterKey, filter.CreatedFrom?.Ticks(), filter.CreatedTo?.Ticks(), filter.StatusBits(), filter.IdPrefix,
            filter.UpdatedFrom?.Ticks(), filter.UpdatedTo?.Ticks(), atMost);

    public void Dispose()
    {
        foreach (var statement in all)
            statement.Dispose();
        connection.Dispose();
    }

    private static InstanceRow ReadInstance(SqliteDataReader row) => new(
        row.GetInt64(0),
        row.GetString(1),
        row.GetString(2),
        row.GetString(3),
        (OrchestrationRuntimeStatus)row.GetInt32(4),
        row.Time(5),
        row.Time(6),
        row.IsDBNull(7) ? null : new ParentLink(row.GetInt64(7), row.GetInt32(8), row.GetString(9), row.GetString(10)),
        row.Text(11),
        row.Text(12),
        row.Text(13),
        row.Text(14));

    private Statement Use(ref Statement? statement, string sql, int parameters)
    {
        if (statement is null)
            all.Add(statement = new Statement(connection, sql, parameters));
        return statement;
    }
}
