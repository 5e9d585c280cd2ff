using Evolink.Client;

namespace Evolink.Pipeline;

/// <summary>The handlers through which this app speaks to storage, to Event Grid and to Evolink. A host may wrap them, to watch or to disturb what goes out.</summary>
public class OutgoingHttp
{
    /// <summary>For storage.</summary>
    public virtual HttpMessageHandler Storage() => Azure();

    /// <summary>For the Event Grid topic.</summary>
    public virtual HttpMessageHandler Events() => Azure();

    /// <summary>For Evolink's API.</summary>
    public virtual HttpMessageHandler Evolink() => EvolinkClient.CreateHandler();

    // Connections that follow DNS changes (the SDK's shared default never renews its own), no redirects.
    private static SocketsHttpHandler Azure() => new()
    {
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        AllowAutoRedirect = false,
        UseCookies = false,
    };
}
