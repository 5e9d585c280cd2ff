using Evolink.Pipeline.Generations;
using Microsoft.DurableTask;

namespace Evolink.Functions.Generations;

/// <summary>
/// Waits for a time or for the one external event, <c>Wake</c>, whichever comes first. There is one waiter for the event at any time:
/// it is made before anything that could cause the event, never cancelled (a cancelled waiter still swallows the next event), and
/// renewed only after it fired.
/// </summary>
internal sealed class WakeWaiter(TaskOrchestrationContext context)
{
    /// <summary>Name of the event. It says "look now", may carry the time of a callback, and nothing that is believed.</summary>
    public const string EventName = "Wake";

    private Task<CallbackNote?> _event = context.WaitForExternalEvent<CallbackNote?>(EventName);

    /// <summary>The first callback that came with an event; null where none did.</summary>
    public CallbackNote? Callback { get; private set; }

    /// <summary>Ends at <paramref name="at"/>, at once where that is null or past, or when the event comes.</summary>
    public async Task UntilAsync(DateTimeOffset? at)
    {
        if (!_event.IsCompleted && at is { } due && due.UtcDateTime > context.CurrentUtcDateTime)
        {
            // An orchestration with an open timer stays in the running state until it fires: the loser is cancelled.
            using CancellationTokenSource cancelTimer = new();
            await Task.WhenAny(_event, context.WaitUntilAsync(due, cancelTimer.Token));
            cancelTimer.Cancel();
        }

        // One look answers every event that came before it.
        while (_event.IsCompleted)
        {
            Callback ??= await _event;
            _event = context.WaitForExternalEvent<CallbackNote?>(EventName);
        }
    }
}
