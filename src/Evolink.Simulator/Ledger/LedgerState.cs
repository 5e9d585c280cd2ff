namespace Evolink.Simulator;

/// <summary>What the journal's entries add up to. Not thread-safe: <see cref="Ledger"/> guards it.</summary>
internal sealed class LedgerState
{
    private readonly Dictionary<string, SimulatedTask> tasks = new(StringComparer.Ordinal);
    private readonly List<string> taskOrder = [];
    private readonly Dictionary<(string Account, string Key), KeyUse> keys = [];
    private readonly Dictionary<string, int> keyOccurrences = new(StringComparer.Ordinal);
    private readonly Dictionary<string, decimal> spent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UploadedFile> uploads = new(StringComparer.Ordinal);
    private readonly List<SubmitEntry> submits = [];
    private readonly List<FaultOrder> orders = [];
    private readonly List<int> ordersPlayed = [];

    public IReadOnlyList<SubmitEntry> Submits => submits;

    public IReadOnlyDictionary<(string Account, string Key), KeyUse> Keys => keys;

    public IEnumerable<SimulatedTask> Tasks => taskOrder.Select(id => tasks[id]);

    public IEnumerable<string> ForeignTasks => tasks.Values.Where(task => task.IsForeign).Select(task => task.Id);

    /// <summary>All tasks of an account, newest first, foreign ones too.</summary>
    public IEnumerable<SimulatedTask> TasksOf(string account) =>
        tasks.Values.Where(task => task.Account == account)
            .OrderByDescending(task => task.CreatedAt).ThenByDescending(task => task.Id, StringComparer.Ordinal);

    public SimulatedTask? Find(string taskId) => tasks.GetValueOrDefault(taskId);

    /// <summary>Whether faults were ever ordered.</summary>
    public bool HasOrders => orders.Count > 0;

    public UploadedFile? FindUpload(string id) => uploads.GetValueOrDefault(id);

    public decimal SpentBy(string account) => spent.GetValueOrDefault(account);

    public int OccurrencesOf(string key) => keyOccurrences.GetValueOrDefault(key);

    /// <summary>The task made before the given one.</summary>
    public string? Before(string taskId)
    {
        int index = taskOrder.LastIndexOf(taskId);
        return index > 0 ? taskOrder[index - 1] : null;
    }

    /// <summary>The first order that fits a submit and is not used up.</summary>
    public int? OrderFor(string prompt)
    {
        for (int index = 0; index < orders.Count; index++)
        {
            FaultOrder order = orders[index];
            bool fits = order.PromptContains is null || prompt.Contains(order.PromptContains, StringComparison.Ordinal);
            if (fits && order.TaskId is null && !(ordersPlayed[index] >= order.Submits))
                return index;
        }

        return null;
    }

    public FaultScript Script(int order) => orders[order].Script;

    public void Apply(JournalEntry entry)
    {
        switch (entry)
        {
            case JournalEntry.Submitted submitted:
                Apply(submitted);
                break;
            case JournalEntry.ImageChecked image:
                Change(image.TaskId, task => task with { ImageCheckedAt = image.At, ImageFailure = image.Failure });
                break;
            case JournalEntry.Read read:
                Change(read.TaskId, task => task with { Reads = task.Reads + 1, CompletedReads = task.CompletedReads + (read.Completed ? 1 : 0) });
                break;
            case JournalEntry.LinkIssued link:
                Change(link.TaskId, task => task with { Links = task.Links + 1 });
                break;
            case JournalEntry.Downloaded download:
                Change(download.TaskId, task => task with { Downloads = task.Downloads + 1 });
                break;
            case JournalEntry.CallbackSent callback:
                Change(callback.TaskId, task => task with { Deliveries = [.. task.Deliveries, callback.Delivery] });
                break;
            case JournalEntry.CallbacksDone done:
                Change(done.TaskId, task => task with { CallbacksDone = true });
                break;
            case JournalEntry.EndForced forced:
                Change(forced.TaskId, task => task with { Forced = forced.End });
                break;
            case JournalEntry.FaultsOrdered ordered:
                Apply(ordered.Order);
                break;
            case JournalEntry.Uploaded uploaded:
                uploads[uploaded.File.Id] = uploaded.File;
                break;
            default:
                throw new InvalidOperationException($"The ledger does not know the entry {entry.GetType().Name}.");
        }
    }

    private void Apply(JournalEntry.Submitted entry)
    {
        SubmitEntry submit = entry.Submit;
        submits.Add(submit);
        if (entry.Order is { } order)
            ordersPlayed[order]++;
        if (submit.IdempotencyKey is { } key)
            keyOccurrences[key] = keyOccurrences.GetValueOrDefault(key) + 1;
        if (entry.Task is not { } task)
            return;
        tasks.Add(task.Id, task);
        taskOrder.Add(task.Id);
        if (entry.Foreign is { } foreign)
            tasks.Add(foreign.Id, foreign);
        spent[task.Account] = spent.GetValueOrDefault(task.Account) + task.Credits;
        if (submit.IdempotencyKey is { } used && entry.BodyHash is { } hash)
            keys.TryAdd((task.Account, used), new KeyUse(task.Id, hash));
    }

    private void Apply(FaultOrder order)
    {
        orders.Add(order);
        ordersPlayed.Add(0);
        if (order.TaskId is { } taskId)
            Change(taskId, task => task with { Script = order.Script });
    }

    private void Change(string taskId, Func<SimulatedTask, SimulatedTask> change)
    {
        if (tasks.TryGetValue(taskId, out SimulatedTask? task))
            tasks[taskId] = change(task);
    }
}

/// <summary>What an idempotency key was used for.</summary>
internal sealed record KeyUse(string TaskId, string BodyHash);
