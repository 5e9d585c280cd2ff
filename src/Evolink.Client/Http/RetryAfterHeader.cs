using System.Globalization;

namespace Evolink.Client;

/// <summary>Reads <c>Retry-After</c>: seconds or a date.</summary>
internal static class RetryAfterHeader
{
    /// <summary>Nobody is sent away for longer than that by one header, however it came about.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>From zero to <see cref="Longest"/>; <see langword="null"/> where the value is missing or no time.</summary>
    public static TimeSpan? Parse(string? value, DateTimeOffset now)
    {
        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && !double.IsNaN(seconds))
        {
            return TimeSpan.FromSeconds(Math.Clamp(seconds, 0, Longest.TotalSeconds));
        }

        if (!DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)) return null;
        var wait = date - now;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > Longest ? Longest : wait;
    }
}
