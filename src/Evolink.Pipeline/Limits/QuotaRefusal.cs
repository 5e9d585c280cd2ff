namespace Evolink.Pipeline.Limits;

/// <summary>Why a client's generation has to wait.</summary>
public abstract record QuotaRefusal
{
    private QuotaRefusal()
    {
    }

    /// <summary>Too many are under way.</summary>
    /// <param name="Limit">So many may be.</param>
    public sealed record InFlight(int Limit) : QuotaRefusal;

    /// <summary>The day's credits are used up, or nearly.</summary>
    /// <param name="Limit">Credits of a day.</param>
    /// <param name="Spent">Spent today.</param>
    /// <param name="Held">Held back for what is under way.</param>
    /// <param name="Wanted">What this one would need.</param>
    public sealed record Credits(decimal Limit, decimal Spent, decimal Held, decimal Wanted) : QuotaRefusal;
}
