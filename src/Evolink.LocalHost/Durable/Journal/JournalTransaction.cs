using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Durable.Journal;

/// <summary>What a write may do to the journal. Lives on the writer's connection; every call is part of the transaction that is open there.</summary>
internal sealed class JournalTransaction(SqliteConnection connection) : IDisposable
{
    private readonly List<Statement> all = [];
    private Statement? begin, commit, rollback, findInstance, insertInstance, updateInstance, restartInstance, insertEvent, insertMessage,
        deleteMessage, moveMessages, deleteMovedMessages, insertActivity, deleteActivity, insertTimer, deleteTimer, dueTimers,
        deleteInstance, deleteHistory, deleteMessages, deleteActivities, deleteTimers, children, lastMessage, parentOf, findByKey;

    public void Begin() => Use(ref begin, "BEGIN IMMEDIATE", 0).Execute();

    public void Commit() => Use(ref commit, "COMMIT", 0).Execute();

    public void Rollback() => Use(ref rollback, "ROLLBACK", 0).Execute();

    public InstanceHead? FindInstance(string id) =>
        Use(ref findInstance, "SELECT key, status FROM instances WHERE id = $1", 1)
            .First(row => new InstanceHead(row.GetInt64(0), (OrchestrationRuntimeStatus)row.GetInt32(1)), id);

    public InstanceHead? FindInstance(long key) =>
        Use(ref findByKey, "SELECT status FROM instances WHERE key = $1", 1)
            .First(row => new InstanceHead(key, (OrchestrationRuntimeStatus)row.GetInt32(0)), key);

    /// <summary>Inserts an instance and returns its key; <see cref="InstanceRow.Key"/> of the argument is not looked at.</summary>
    public long InsertInstance(InstanceRow row) =>
        (long)Use(
            ref insertInstance,
            """
            INSERT INTO instances (id, name, version, status, created, updated, parent, parent_task, parent_id, parent_name, input, tags)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING key
            """,
            12)
        .Scalar(row.Id, row.Name, row.Version, (int)row.Status, row.Created.Ticks(), row.Updated.Ticks(), row.Parent?.Key,
            row.Parent?.TaskId, row.Parent?.Id, row.Parent?.Name, row.Input, row.Tags)!;

    public void UpdateInstance(long key, OrchestrationRuntimeStatus status, DateTimeOffset updated, string? output, string? customStatus) =>
        Use(ref updateInstance, "UPDATE instances SET status = $2, updated = $3, output = $4, custom_status = $5 WHERE key = $1", 5)
            .Execute(key, (int)status, updated.Ticks(), output, customStatus);

    /// <summary>The instance begins anew: same id, new input, empty history.</summary>
    public void RestartInstance(long key, string? version, string? input, DateTimeOffset updated)
    {
        Use(ref restartInstance, "UPDATE instances SET version = coalesce($2, version), input = $3, updated = $4, output = NULL WHERE key = $1", 4)
            .Execute(key, version, input, updated.Ticks());
        Use(ref deleteHistory, "DELETE FROM history WHERE instance = $1", 1).Execute(key);
    }

    public void AppendEvent(long instance, JournalEvent e) =>
        Use(
            ref insertEvent,
            """
            INSERT INTO history (instance, number, kind, at, task, name, target, due, version, data)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """,
            10)
        .Execute(instance, e.Number, (int)e.Kind, e.At.Ticks(), e.TaskId, e.Name, e.Target, e.Due?.Ticks(), e.Version, e.Data);

    public void InsertMessage(long instance, JournalEventKind kind, int? taskId = null, string? name = null, string? data = null) =>
        Use(ref insertMessage, "INSERT INTO messages (instance, kind, task, name, data) VALUES ($1, $2, $3, $4, $5)", 5)
            .Execute(instance, (int)kind, taskId, name, data);

    public void DeleteMessage(long id) => Use(ref deleteMessage, "DELETE FROM messages WHERE id = $1", 1).Execute(id);

    public long LastMessage() => (long)Use(ref lastMessage, "SELECT coalesce(max(id), 0) FROM messages", 0).Scalar()!;

    /// <summary>Puts the messages that are there up to <paramref name="last"/> behind those that were inserted after it.</summary>
    public void MoveMessagesBehind(long instance, long last)
    {
        Use(
            ref moveMessages,
            """
            INSERT INTO messages (instance, kind, task, name, data)
            SELECT instance, kind, task, name, data FROM messages WHERE instance = $1 AND id <= $2 ORDER BY id
            """,
            2).Execute(instance, last);
        Use(ref deleteMovedMessages, "DELETE FROM messages WHERE instance = $1 AND id <= $2", 2).Execute(instance, last);
    }

    public void InsertActivity(ActivityKey key, string name, string? input) =>
        Use(ref insertActivity, "INSERT INTO activities (instance, task, name, input) VALUES ($1, $2, $3, $4)", 4)
            .Execute(key.Instance, key.TaskId, name, input);

    /// <summary>False when the activity is no longer waited for: its instance ended, or its result is already there.</summary>
    public bool DeleteActivity(ActivityKey key) =>
        Use(ref deleteActivity, "DELETE FROM activities WHERE instance = $1 AND task = $2", 2).Execute(key.Instance, key.TaskId) == 1;

    public void InsertTimer(long instance, int taskId, DateTimeOffset due) =>
        Use(ref insertTimer, "INSERT INTO timers (instance, task, due) VALUES ($1, $2, $3)", 3).Execute(instance, taskId, due.Ticks());

    public void DeleteTimer(long instance, int taskId) =>
        Use(ref deleteTimer, "DELETE FROM timers WHERE instance = $1 AND task = $2", 2).Execute(instance, taskId);

    public List<(long Instance, int TaskId)> DueTimers(DateTimeOffset now, int atMost) =>
        Use(ref dueTimers, "SELECT instance, task FROM timers WHERE due <= $1 ORDER BY due LIMIT $2", 2)
            .List(row => (row.GetInt64(0), row.GetInt32(1)), now.Ticks(), atMost);

    public List<InstanceHead> Children(long parent) =>
        Use(ref children, "SELECT key, status FROM instances WHERE parent = $1", 1)
            .List(row => new InstanceHead(row.GetInt64(0), (OrchestrationRuntimeStatus)row.GetInt32(1)), parent);

    public ParentLink? ParentOf(long key) =>
        Use(ref parentOf, "SELECT parent, parent_task, parent_id, parent_name FROM instances WHERE key = $1 AND parent IS NOT NULL", 1)
            .First(row => new ParentLink(row.GetInt64(0), row.GetInt32(1), row.GetString(2), row.GetString(3)), key);

    /// <summary>Drops everything that could still happen to an instance.</summary>
    public void DeleteOpenWork(long key)
    {
        Use(ref deleteMessages, "DELETE FROM messages WHERE instance = $1", 1).Execute(key);
        Use(ref deleteActivities, "DELETE FROM activities WHERE instance = $1", 1).Execute(key);
        Use(ref deleteTimers, "DELETE FROM timers WHERE instance = $1", 1).Execute(key);
    }

    public void DeleteInstance(long key)
    {
        DeleteOpenWork(key);
        Use(ref deleteHistory, "DELETE FROM history WHERE instance = $1", 1).Execute(key);
        Use(ref deleteInstance, "DELETE FROM instances WHERE key = $1", 1).Execute(key);
    }

    public void Dispose()
    {
        foreach (var statement in all)
            statement.Dispose();
        connection.Dispose();
    }

    private Statement Use(ref Statement? statement, string sql, int parameters)
    {
        if (statement is null)
            all.Add(statement = new Statement(connection, sql, parameters));
        return statement;
    }
}
