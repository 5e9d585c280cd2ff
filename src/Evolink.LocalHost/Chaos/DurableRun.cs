using Azure.Data.Tables;

namespace Evolink.LocalHost.Chaos;

/// <summary>One orchestration, as Durable left it in its tables.</summary>
/// <param name="Id">Its instance.</param>
/// <param name="Started">When it was started; where it was started several times, the last time.</param>
/// <param name="History">What happened to it, in order.</param>
internal sealed record DurableRun(string Id, DateTimeOffset Started, IReadOnlyList<HistoryEvent> History)
{
    private static readonly string[] Columns = ["PartitionKey", "RowKey", "ExecutionId", "EventType", "_Timestamp", "FireAt", "EventId", "TaskScheduledId", "TimerId", "Name"];

    /// <summary>Reads every orchestration of a hub.</summary>
    /// <param name="connection">The storage account.</param>
    /// <param name="hub">The hub's name.</param>
    public static async Task<IReadOnlyDictionary<string, DurableRun>> ReadAllAsync(string connection, string hub)
    {
        TableServiceClient tables = new(connection);
        Dictionary<string, List<TableEntity>> rows = new(StringComparer.Ordinal);
        await foreach (TableEntity row in tables.GetTableClient($"{hub}History").QueryAsync<TableEntity>(select: Columns))
        {
            if (row.GetString("EventType") is not null)
                (rows.TryGetValue(row.PartitionKey, out List<TableEntity>? known) ? known : rows[row.PartitionKey] = []).Add(row);
        }

        Dictionary<string, DurableRun> runs = new(StringComparer.Ordinal);
        await foreach (TableEntity instance in tables.GetTableClient($"{hub}Instances").QueryAsync<TableEntity>())
        {
            string id = instance.PartitionKey;
            IEnumerable<HistoryEvent> history = rows.GetValueOrDefault(id, [])
                .Where(row => row.GetString("ExecutionId") == instance.GetString("ExecutionId"))
                .OrderBy(row => row.RowKey, StringComparer.Ordinal)
                .Select(HistoryEvent.From);
            runs.Add(id, new DurableRun(id, instance.GetDateTimeOffset("CreatedTime")!.Value, [.. history]));
        }

        return runs;
    }
}

/// <summary>A row of Durable's history.</summary>
/// <param name="At">When.</param>
/// <param name="Type">What, such as <c>TaskScheduled</c>.</param>
/// <param name="Order">The activity or timer that it orders, or that it is the outcome of; -1 where it is about none.</param>
/// <param name="FireAt">When the timer is due that it orders.</param>
/// <param name="Name">The activity's or event's name.</param>
internal sealed record HistoryEvent(DateTimeOffset At, string Type, int Order, DateTimeOffset? FireAt = null, string? Name = null)
{
    internal static HistoryEvent From(TableEntity row) => new(
        row.GetDateTimeOffset("_Timestamp")!.Value,
        row.GetString("EventType"),
        row.GetInt32("TaskScheduledId") ?? row.GetInt32("TimerId") ?? row.GetInt32("EventId") ?? -1,
        row.GetDateTimeOffset("FireAt"),
        row.GetString("Name"));
}
