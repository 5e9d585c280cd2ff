using Evolink.LocalHost.Durable.Journal;

namespace Evolink.LocalHost.Durable.Execution;

/// <summary>Which messages a turn takes in, and in which order.</summary>
internal static class Inbox
{
    public static IReadOnlyList<Message> All(IReadOnlyList<Message> inbox) => inbox;

    /// <summary>
    /// An end is taken in alone. Nothing arrives before the start. What arrives during a suspension stays in the inbox until the resumption,
    /// and is then delivered in the order in which it came.
    /// </summary>
    public static IReadOnlyList<Message> Select(IReadOnlyList<Message> inbox, bool started, bool suspended)
    {
        foreach (var message in inbox)
        {
            if (message.Kind is JournalEventKind.Terminated or JournalEventKind.Faulted)
                return [message];
        }

        var selected = new List<Message>(inbox.Count);
        var held = new List<Message>();
        foreach (var message in inbox)
        {
            switch (message.Kind)
            {
                case JournalEventKind.Suspended:
                    suspended = true;
                    selected.Add(message);
                    break;
                case JournalEventKind.Resumed:
                    suspended = false;
                    selected.Add(message);
                    break;
                case JournalEventKind.ExecutionStarted:
                    held.Insert(0, message);
                    break;
                default:
                    held.Add(message);
                    break;
            }

            started |= !suspended && held is [{ Kind: JournalEventKind.ExecutionStarted }, ..];
            if (suspended || !started)
                continue;
            selected.AddRange(held);
            held.Clear();
        }

        return selected;
    }
}
