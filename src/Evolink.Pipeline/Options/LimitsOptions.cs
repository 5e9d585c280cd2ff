using Evolink.Pipeline.Limits;

namespace Evolink.Pipeline.Options;

/// <summary>What each client may take of the whole. They hold for all instances together, and across restarts.</summary>
public sealed class LimitsOptions
{
    /// <summary>For every client, where <see cref="Clients"/> does not say otherwise.</summary>
    public ClientLimits Default { get; set; } = new();

    /// <summary>For one client by name; what is not set there is that of <see cref="Default"/>. 0 takes a limit of <see cref="Default"/> away.</summary>
    public Dictionary<string, ClientLimits> Clients { get; set; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Credits that a second of video is taken to cost before Evolink has told it for the quality asked for; from then on, what it reserved last. Default 10.
    /// </summary>
    public decimal CreditsPerSecond { get; set; } = 10;

    /// <summary>The limits of a client.</summary>
    public ClientLimits Of(string client)
    {
        ClientLimits own = Clients.GetValueOrDefault(client) ?? Default;
        return new ClientLimits
        {
            MaxInFlight = own.MaxInFlight ?? Default.MaxInFlight,
            RequestsPerMinute = own.RequestsPerMinute ?? Default.RequestsPerMinute,
            CreditsPerDay = own.CreditsPerDay ?? Default.CreditsPerDay,
        };
    }
}

/// <summary>Limits of one client; not set, or 0: none.</summary>
public sealed class ClientLimits
{
    /// <summary>Most generations that are under way at once, 1 to 1,000. Exact. One too many is refused over HTTP (429), and waits where it came otherwise.</summary>
    public int? MaxInFlight { get; set; }

    /// <summary>Most HTTP requests in a minute of the clock, of whatever kind. See <see cref="MinuteBudget"/> for its tolerance.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>Most credits in a day of UTC: what was charged, and what is held back for generations under way. See <see cref="ClientQuota"/>.</summary>
    public decimal? CreditsPerDay { get; set; }
}
