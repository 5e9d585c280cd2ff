using System.Text.Json;

namespace Evolink.LocalHost.Durable.Execution;

/// <summary>
/// Waiters for external events and events without a waiter. As in the SDK: names are case-insensitive; the newest waiter gets the event;
/// a cancelled waiter keeps its place and swallows the event that reaches it; an event without a waiter is kept for the next one.
/// </summary>
internal sealed class ExternalEvents
{
    private readonly Dictionary<string, Stack<Waiter>> waiters = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Name, string? Payload)> kept = [];
    private int open;

    /// <summary>Whether somebody waits, cancelled waiters not counted.</summary>
    public bool HasOpenWaiters => open > 0;

    public Task<T> WaitAsync<T>(string name, Action<CancellationToken, Action> onCancelled, CancellationToken cancellationToken)
    {
        if (!waiters.TryGetValue(name, out var stack))
            waiters[name] = stack = new Stack<Waiter>();
        if (stack.TryPeek(out var newest) && newest.PayloadType != typeof(T))
        {
            throw new ArgumentException(
                $"Events of one name carry one type: '{name}' is awaited as {newest.PayloadType.FullName} already, not as {typeof(T).FullName}.",
                nameof(name));
        }

        var waiter = new Waiter<T>();
        stack.Push(waiter);
        open++;
        var index = kept.FindIndex(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase));
        if (index >= 0)
        {
            var payload = kept[index].Payload;
            kept.RemoveAt(index);
            Raise(name, payload);
        }

        onCancelled(cancellationToken, () => Close(waiter.Cancel(cancellationToken)));
        return waiter.Task;
    }

    public void Raise(string name, string? payload)
    {
        if (waiters.TryGetValue(name, out var stack) && stack.TryPop(out var waiter))
            Close(waiter.Deliver(payload));
        else
            kept.Add((name, payload));
    }

    /// <summary>The events that nobody has taken, in the order in which they came.</summary>
    public IReadOnlyList<(string Name, string? Payload)> TakeKept()
    {
        var all = kept.ToList();
        kept.Clear();
        return all;
    }

    private void Close(bool wasOpen)
    {
        if (wasOpen)
            open--;
    }

    private abstract class Waiter
    {
        public abstract Type PayloadType { get; }

        /// <summary>False if the waiter was closed before.</summary>
        public abstract bool Deliver(string? payload);

        public abstract bool Cancel(CancellationToken cancellationToken);
    }

    private sealed class Waiter<T> : Waiter
    {
        private readonly TaskCompletionSource<T> source = new();

        public override Type PayloadType => typeof(T);

        public Task<T> Task => source.Task;

        public override bool Deliver(string? payload)
        {
            if (source.Task.IsCompleted)
                return false;
            try
            {
                return source.TrySetResult(DurableValues.Read<T>(payload)!);
            }
            catch (Exception exception) when (exception is JsonException or NotSupportedException)
            {
                // Whoever may raise events must not be able to do more than be heard: the waiter decides what a bad payload means.
                return source.TrySetException(exception);
            }
        }

        public override bool Cancel(CancellationToken cancellationToken) => source.TrySetCanceled(cancellationToken);
    }
}
