namespace Evolink.Simulator;

/// <summary>How the routes behave that Evolink's own tools use and its public contract does not hold.</summary>
public sealed record AccountRoutes
{
    /// <summary>None of them: 404 everywhere.</summary>
    public static AccountRoutes None { get; } = new() { ListsTasks = false, ReadsBatches = false, ListsModels = false };

    /// <summary>Whether <c>GET /v1/tasks</c> lists the account's tasks.</summary>
    public bool ListsTasks { get; init; } = true;

    /// <summary>A task appears in the list as late as that at most: each after a time of its own.</summary>
    public TimeSpan ListLag { get; init; }

    /// <summary>Share of the tasks that never appear in the list, 0 to 1.</summary>
    public double ListLeavesOut { get; init; }

    /// <summary>Others use the account too: beside each task of ours there is one of theirs, of the same model and second.</summary>
    public bool IsShared { get; init; }

    /// <summary>Whether <c>POST /v1/tasks/batch</c> reads several tasks at once.</summary>
    public bool ReadsBatches { get; init; } = true;

    /// <summary>Share of the tasks that a batch read always leaves out, 0 to 1.</summary>
    public double BatchLeavesOut { get; init; }

    /// <summary>Whether <c>GET /v1/models</c> lists the models.</summary>
    public bool ListsModels { get; init; } = true;
}
