namespace Evolink.Simulator;

/// <summary>How the simulator calls others.</summary>
internal static class SimulatorHttp
{
    /// <summary>A client without a time-out of its own: the simulator's clock decides.</summary>
    public static HttpClient Create(bool allowLoopback, bool followRedirects)
    {
        var http = new HttpClient(Addresses.Handler(allowLoopback, followRedirects)) { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.UserAgent.ParseAdd($"Evolink-Simulator/{typeof(SimulatorHttp).Assembly.GetName().Version!.ToString(3)}");
        return http;
    }

    /// <summary>The URL as it was given, byte for byte: signatures in it must not be rewritten.</summary>
    public static Uri Exact(string url) => new(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
}
