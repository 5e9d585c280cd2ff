using System.Globalization;
using Evolink.Client;

namespace Evolink.Pipeline.Submissions;

/// <summary>When a key that has used up its day may spend again. Pure.</summary>
public static class QuotaReset
{
    private static readonly TimeSpan Farthest = TimeSpan.FromHours(14);
    private static readonly string[] Formats = ["%h", "hh", @"h\:mm", @"hh\:mm", "hhmm"];

    /// <summary>The midnight at which the quota that refused a submit is full again; null where the refusal names none.</summary>
    /// <param name="failure">The refusal.</param>
    /// <param name="now">Now.</param>
    public static DateTimeOffset? Of(EvolinkException failure, DateTimeOffset now) =>
        UnpaidCodes.Of(failure.Code) == UnpaidReason.KeyDailyQuota && ZoneOf(failure.Details?.ResetTimezone) is { } zone
            ? NextMidnight(now, zone)
            : null;

    private static DateTimeOffset NextMidnight(DateTimeOffset now, TimeZoneInfo zone)
    {
        DateTime midnight = TimeZoneInfo.ConvertTime(now, zone).Date.AddDays(1);
        // Some countries begin summer time at midnight: that day begins an hour later.
        while (zone.IsInvalidTime(midnight))
            midnight = midnight.AddMinutes(30);
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUniversalTime();
    }

    private static TimeZoneInfo? ZoneOf(string? name) => name is null ? null
        : TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone) ? zone
        : OffsetOf(name) is { } offset ? TimeZoneInfo.CreateCustomTimeZone(name, offset, name, name)
        : null;

    // "UTC+8", "GMT+08:00", "+08:00".
    private static TimeSpan? OffsetOf(string name)
    {
        bool isNamed = name.StartsWith("UTC", StringComparison.Ordinal) || name.StartsWith("GMT", StringComparison.Ordinal);
        string offset = isNamed ? name[3..] : name;
        bool isOffset = offset.StartsWith('+') || offset.StartsWith('-');
        return isOffset && TimeSpan.TryParseExact(offset[1..], Formats, CultureInfo.InvariantCulture, out TimeSpan size) && size <= Farthest
            ? (offset[0] == '-' ? -size : size)
            : null;
    }
}
