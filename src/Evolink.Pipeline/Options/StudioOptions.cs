namespace Evolink.Pipeline.Options;

/// <summary>What the studio tells its visitors.</summary>
public sealed class StudioOptions
{
    /// <summary>
    /// Whether clients, too, see the credits that are left at Evolink: they are the account's, of all clients together. Default no.
    /// </summary>
    public bool ShowBalance { get; set; }

    /// <summary>Whether <c>BaseUrl</c> leads to a simulated Evolink: the studio says that no credits are spent. Default no.</summary>
    public bool Simulated { get; set; }
}
