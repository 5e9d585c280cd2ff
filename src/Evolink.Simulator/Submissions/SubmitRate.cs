namespace Evolink.Simulator;

/// <summary>At most so many submits within any second.</summary>
internal sealed class SubmitRate(int? perSecond, TimeProvider clock)
{
    private readonly Lock gate = new();
    private readonly Queue<DateTimeOffset> taken = [];

    public bool TryTake()
    {
        if (perSecond is not { } limit)
            return true;
        lock (gate)
        {
            DateTimeOffset now = clock.GetUtcNow();
            while (taken.TryPeek(out DateTimeOffset oldest) && now - oldest >= TimeSpan.FromSeconds(1))
                taken.Dequeue();
            if (taken.Count >= limit)
                return false;
            taken.Enqueue(now);
            return true;
        }
    }
}
