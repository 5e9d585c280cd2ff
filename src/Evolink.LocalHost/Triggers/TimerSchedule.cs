using System.Globalization;
using NCrontab;

namespace Evolink.LocalHost.Triggers;

/// <summary>When a timer is due: an NCRONTAB expression of five or six fields, in UTC, or a constant interval.</summary>
internal sealed class TimerSchedule
{
    private const int FieldsWithSeconds = 6;
    private const int OccurrencesCompared = 5;

    private readonly CrontabSchedule? _crontab;
    private readonly TimeSpan _interval;

    private TimerSchedule(CrontabSchedule? crontab, TimeSpan interval) => (_crontab, _interval) = (crontab, interval);

    /// <exception cref="LocalHostException">It is neither.</exception>
    public static TimerSchedule Parse(string expression, string function)
    {
        int fields = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        var options = new CrontabSchedule.ParseOptions { IncludingSeconds = fields == FieldsWithSeconds };
        if (CrontabSchedule.TryParse(expression, options) is { } crontab)
            return new TimerSchedule(crontab, default);
        if (TimeSpan.TryParse(expression, CultureInfo.InvariantCulture, out TimeSpan interval) && interval > TimeSpan.Zero)
            return new TimerSchedule(null, interval);
        throw new LocalHostException(
            $"{function}: \"{expression}\" is no schedule; it is {{second}} {{minute}} {{hour}} {{day}} {{month}} {{day-of-week}}, such as \"0 */5 * * * *\", or an interval above zero, such as \"00:05:00\".");
    }

    /// <summary>The first time after <paramref name="time"/>; <see langword="null"/> where there is none.</summary>
    public DateTimeOffset? Next(DateTimeOffset time)
    {
        if (_crontab is null)
            return time + _interval;
        DateTime next = _crontab.GetNextOccurrence(time.UtcDateTime, DateTime.MaxValue);
        return next == DateTime.MaxValue ? null : new DateTimeOffset(next, TimeSpan.Zero);
    }

    /// <summary>Whether missed runs are made up for: as on the host, not where they come more than once a minute.</summary>
    public bool IsRareEnoughToMonitor(DateTimeOffset now)
    {
        DateTimeOffset? last = Next(now);
        for (int i = 0; i < OccurrencesCompared && last is { } earlier; i++)
        {
            last = Next(earlier);
            if (last - earlier < TimeSpan.FromMinutes(1))
                return false;
        }

        return true;
    }
}
