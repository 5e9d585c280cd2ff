using Evolink.Client;

namespace Evolink.Pipeline;

/// <summary>The handlers through which this app speaks to storage and to Evolink. A host may wrap them, to watch or to disturb what goes out.</summary>
public class OutgoingHttp
{
    /// <summary>For storage: connections that follow DNS changes (the SDK's shared default never renews its own), no redirects.</summary>
    public virtual HttpMessageHandler Storage() => new SocketsHttpHandler
    {
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        AllowAutoRedirect = false,
        UseCookies = false,
    };

    /// <summary>For Evolink's API.</summary>
    public virtual HttpMessageHandler Evolink() => EvolinkClient.CreateHandler();
}
