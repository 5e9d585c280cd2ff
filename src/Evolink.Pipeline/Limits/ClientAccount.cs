using System.Collections.Immutable;
using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Limits;

/// <summary>
/// What a client has under way and has spent today: <c>generations/limits/clients/{client}.json</c>. Exists only where the client has a limit. Each job stands
/// in it from its reservation to its settlement; both are one conditional write, so that nothing is counted twice.
/// </summary>
public sealed record ClientAccount : StoredDocument
{
    /// <summary>
    /// So many jobs of a client with a limit are under way at most, whatever its limit: the account is read and written at three steps of
    /// each of them, and so many make it 80 KB.
    /// </summary>
    public const int MostOpen = 1000;

    // Names of models are the client's to choose: an account does not grow by them without end.
    private const int MostPrices = 200;
    private const string ByCall = "|call";

    /// <summary>Before the first reservation.</summary>
    public static ClientAccount Empty { get; } = new();

    /// <summary>The jobs under way, by id.</summary>
    public ImmutableDictionary<string, Reservation> Open { get => field ?? ImmutableDictionary<string, Reservation>.Empty; init; }

    /// <summary>The day, in UTC, that <see cref="Spent"/> is about.</summary>
    public DateOnly Day { get; init; }

    /// <summary>Credits of jobs that were reserved on <see cref="Day"/> and are over.</summary>
    public decimal Spent { get; init; }

    /// <summary>
    /// Credits of one second of video as Evolink reserved them last, by quality; of other models than the contract's own by <c>{model}|{quality}</c>, and
    /// with <c>|call</c> behind it those of a whole call, where Evolink bills by the call.
    /// </summary>
    public ImmutableDictionary<string, decimal> CreditsPerSecond { get => field ?? ImmutableDictionary<string, decimal>.Empty; init; }

    /// <summary>What a job will cost, as far as is known before Evolink has told.</summary>
    /// <param name="job">The job.</param>
    /// <param name="perSecond">Credits of a second where Evolink has told none for this quality.</param>
    public decimal Estimate(JobRecord job, decimal perSecond) => CreditsPerSecond.TryGetValue(KeyOf(job) + ByCall, out decimal ofCall)
        ? ofCall
        : job.Seconds * CreditsPerSecond.GetValueOrDefault(
            KeyOf(job), VideoModels.Find(job.Model)?.CreditsPerSecond.GetValueOrDefault(job.QualityOrDefault, perSecond) ?? perSecond);

    // The contract's own model stands under the quality alone, as earlier versions wrote it.
    private static string KeyOf(JobRecord job) =>
        job.Model == VideoGenerationRequest.Wan26ImageToVideo ? job.QualityOrDefault : $"{job.Model}|{job.QualityOrDefault}";

    /// <summary>Reserves for a job, unless it has a reservation.</summary>
    /// <returns>The account after it, or this very one where nothing changes; and why it was refused.</returns>
    public (ClientAccount After, QuotaRefusal? Refusal) WithReservation(JobRecord job, ClientLimits limits, decimal perSecond, DateTimeOffset now)
    {
        if (Open.ContainsKey(job.Id.Value))
            return (this, null);
        int most = limits.MaxInFlight is > 0 and < MostOpen and { } own ? own : MostOpen;
        if (Open.Count >= most)
            return (this, new QuotaRefusal.InFlight(most));
        now = InDay(now);
        DateOnly today = DateOnly.FromDateTime(now.UtcDateTime);
        decimal spent = Day == today ? Spent : 0;
        decimal credits = Estimate(job, perSecond);
        decimal held = Open.Values.Where(reservation => DateOnly.FromDateTime(reservation.At.UtcDateTime) == today).Sum(reservation => reservation.Credits);
        if (limits.CreditsPerDay is > 0 and { } budget && spent + held + credits > budget)
            return (this, new QuotaRefusal.Credits(budget, spent, held, credits));
        return (this with { Day = today, Spent = spent, Open = Open.SetItem(job.Id.Value, new Reservation(credits, now)) }, null);
    }

    // The day never goes back: around midnight the clock of one instance may have begun the next one, and to another that is behind it
    // would be the old, spent one once more. A clock that is ahead by more than that is wrong, and is not followed.
    private DateTimeOffset InDay(DateTimeOffset now) => Day == DateOnly.FromDateTime(now.UtcDateTime).AddDays(1)
        ? new DateTimeOffset(Day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero)
        : now;

    /// <summary>Holds what Evolink has told that it reserved, in place of the estimate.</summary>
    public ClientAccount WithCredits(JobRecord job)
    {
        if (job.Credits is not { } credits || !Open.TryGetValue(job.Id.Value, out Reservation? reservation))
            return this;
        bool isByCall = job.CurrentAttempt?.BillingRule == "per_call" && job.Model != VideoGenerationRequest.Wan26ImageToVideo;
        string key = isByCall ? KeyOf(job) + ByCall : KeyOf(job);
        decimal perSecond = job.CurrentAttempt?.CreditsReserved is { } reserved ? isByCall ? reserved : reserved / job.Seconds : 0;
        bool known = perSecond == 0 || CreditsPerSecond.GetValueOrDefault(key) == perSecond || (CreditsPerSecond.Count >= MostPrices && !CreditsPerSecond.ContainsKey(key));
        return known && reservation.Credits == credits ? this : this with
        {
            Open = Open.SetItem(job.Id.Value, reservation with { Credits = credits }),
            CreditsPerSecond = known ? CreditsPerSecond : CreditsPerSecond.SetItem(key, perSecond),
        };
    }

    /// <summary>A job is over: what it cost is spent, and its place is free.</summary>
    public ClientAccount WithSettlement(JobId id, decimal credits)
    {
        if (!Open.TryGetValue(id.Value, out Reservation? reservation))
            return this;
        bool counts = DateOnly.FromDateTime(reservation.At.UtcDateTime) == Day;
        return this with { Open = Open.Remove(id.Value), Spent = counts ? Spent + credits : Spent };
    }
}

/// <summary>What a job under way holds.</summary>
/// <param name="Credits">Credits that are held back for it.</param>
/// <param name="At">When it was reserved; it counts for that day.</param>
public sealed record Reservation(decimal Credits, DateTimeOffset At) : StoredDocument;
