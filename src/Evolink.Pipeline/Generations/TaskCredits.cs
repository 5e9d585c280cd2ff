using Evolink.Client;

namespace Evolink.Pipeline.Generations;

/// <summary>What Evolink tells of a task's money, beside what it reserved at the submit.</summary>
/// <param name="Used">Credits charged; null where it did not tell.</param>
/// <param name="Returned">Credits given back, where that is proven; null where it is not.</param>
/// <param name="IsRefundDue">Whether Evolink says that it is about to give credits back.</param>
public sealed record TaskCredits(decimal? Used = null, decimal? Returned = null, bool IsRefundDue = false)
{
    /// <summary>What a reading of the task tells. Nothing less than Evolink's whole proof counts as a return.</summary>
    public static TaskCredits Of(VideoTask? task)
    {
        VideoTaskBilling? billing = task?.Billing;
        return new TaskCredits(
            task?.Usage?.CreditsUsed ?? task?.Usage?.Cost?.Credits ?? (billing?.ChargeStatus == VideoChargeStatus.Charged ? billing.ChargedCredits : null),
            billing is { IsRefunded: true } ? billing.RefundedCredits : null,
            IsDue(billing));
    }

    private static bool IsDue(VideoTaskBilling? billing) => billing?.RefundStatus == VideoRefundStatus.Pending
        || (billing?.ChargeStatus == VideoChargeStatus.Reserved
            && billing.RefundStatus != VideoRefundStatus.Failed && billing.RefundStatus != VideoRefundStatus.NotRequired);

    /// <summary>The ledger entry with this in it: a charge may be corrected by a later reading, a return is booked once.</summary>
    public Attempt On(Attempt attempt)
    {
        (decimal? used, decimal? returned) = (Used ?? attempt.CreditsUsed, attempt.CreditsReturned ?? Returned);
        return used == attempt.CreditsUsed && returned == attempt.CreditsReturned
            ? attempt
            : attempt with { CreditsUsed = used, CreditsReturned = returned };
    }
}
