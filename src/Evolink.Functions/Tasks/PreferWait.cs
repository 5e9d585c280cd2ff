using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Evolink.Functions.Tasks;

/// <summary>The header <c>Prefer: wait=N</c> (RFC 7240, section 4.3).</summary>
internal static class PreferWait
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>How long the client would wait for a change, at most a minute; null where it did not say so.</summary>
    public static TimeSpan? Read(HttpRequest request)
    {
        foreach (string? header in request.Headers["Prefer"])
        {
            foreach (string preference in (header ?? string.Empty).Split(',', ';'))
            {
                if (preference.Trim().Split('=') is [var name, var value] && name.Trim().Equals("wait", StringComparison.OrdinalIgnoreCase)
                    && int.TryParse(value.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds > 0)
                {
                    return TimeSpan.FromSeconds(Math.Min(seconds, Longest.TotalSeconds));
                }
            }
        }

        return null;
    }
}
