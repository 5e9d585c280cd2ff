using Microsoft.DurableTask;

namespace Evolink.Functions.Generations;

/// <summary>
/// Waits for a time or for the one external event, <c>Wake</c>, whichever comes first. There is one waiter for the event at any time:
/// it is made before anything that could cause the event, never cancelled (a cancelled waiter still swallows the next event), and
/// renewed only after it fired.
/// </summary>
internal sealed class WakeWaiter(TaskOrchestrationContext context)
{
    /// <summary>Name of the event. It says "look now" and nothing that is believed.</summary>
    public const string EventName = "Wake";

    private Task _event = context.WaitForExternalEvent<object?>(EventName);

    /// <summary>Ends at <paramref name="at"/>, at once where that is null or past, or when the event comes.</summary>
    public async Task UntilAsync(DateTimeOffset? at)
    {
        if (at is not { } time || time.UtcDateTime <= context.CurrentUtcDateTime)
            return;

        // An orchestration with an open timer stays in the running state until it fires: the loser is cancelled.
        using CancellationTokenSource cancelTimer = new();
        Task timer = context.WaitUntilAsync(time, cancelTimer.Token);
        if (await Task.WhenAny(_event, timer) == timer)
            return;
        cancelTimer.Cancel();
        _event = context.WaitForExternalEvent<object?>(EventName);
    }
}
