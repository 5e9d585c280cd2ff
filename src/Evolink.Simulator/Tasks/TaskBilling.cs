using Evolink.Client;

namespace Evolink.Simulator;

/// <summary>What became of a task's money: a failed task is not charged, and what was held back for it is returned.</summary>
internal static class TaskBilling
{
    /// <summary>The billing of a task that has ended; <see langword="null"/> before that, and where the simulator tells none.</summary>
    public static VideoTaskBilling? Of(SimulatedTask task, TaskCourse course, SimulatorOptions options) => (course, options.Billing) switch
    {
        ({ EndedAt: null }, _) or (_, BillingSupport.Off) => null,
        ({ IsCompleted: true }, _) => Told(task) with
        {
            ChargeStatus = VideoChargeStatus.Charged,
            RefundStatus = VideoRefundStatus.NotRequired,
            ChargedCredits = task.Credits,
        },
        ({ EndedAt: { } end }, _) when options.TimeProvider.GetUtcNow() >= end + options.RefundTakes => Told(task) with
        {
            ChargeStatus = VideoChargeStatus.Released,
            RefundStatus = VideoRefundStatus.Completed,
            RefundedCredits = task.Credits,
            RefundedAt = end + options.RefundTakes,
        },
        _ => Told(task) with { ChargeStatus = VideoChargeStatus.Reserved, RefundStatus = VideoRefundStatus.Pending },
    };

    /// <summary>What of an account's charges was returned.</summary>
    public static decimal ReturnedTo(string account, LedgerState state, DateTimeOffset now) => state.TasksOf(account)
        .Where(task => !task.IsForeign && TaskCourse.Of(task, now) is { EndedAt: not null, IsCompleted: false })
        .Sum(task => task.Credits);

    private static VideoTaskBilling Told(SimulatedTask task) =>
        new() { RefundScope = "account_balance", ReservedCredits = task.Credits, ChargedCredits = 0, RefundedCredits = 0 };
}
