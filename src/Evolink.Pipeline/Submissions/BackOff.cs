namespace Evolink.Pipeline.Submissions;

/// <summary>How long to stay away after being put off. Pure: the jitter is given.</summary>
public static class BackOff
{
    /// <summary>
    /// Doubles from <paramref name="first"/> with each try up to <paramref name="most"/>, spread over the upper half so that many jobs
    /// do not come back together; never less than what the other side asked for.
    /// </summary>
    /// <param name="tries">How often it was put off already; 0 for the first time.</param>
    /// <param name="first">Pause after the first time.</param>
    /// <param name="most">Longest pause.</param>
    /// <param name="retryAfter">What the other side asked for.</param>
    /// <param name="jitter">0 to 1.</param>
    public static TimeSpan After(int tries, TimeSpan first, TimeSpan most, TimeSpan? retryAfter, double jitter)
    {
        // Beyond 2^20 every first pause is past its limit: the bound keeps the power from overflowing.
        double grown = Math.Min(first.TotalSeconds * Math.Pow(2, Math.Min(tries, 20)), most.TotalSeconds);
        TimeSpan own = TimeSpan.FromSeconds(grown * (0.5 + (0.5 * Math.Clamp(jitter, 0, 1))));
        // Everybody who was told the same second would come back in it: a little is added to what was asked for.
        return retryAfter is { } asked && asked > own ? asked + TimeSpan.FromSeconds(jitter) : own;
    }
}
