namespace FunctionsHost.App;

/// <summary>The log of host and worker: where the caller wants it, at the levels of host.json.</summary>
internal static class HostLog
{
    /// <summary>Configures it. The web servers that the host is made of speak only of what is wrong, unless host.json wants more.</summary>
    public static void Configure(ILoggingBuilder logging, IConfiguration configuration, FunctionAppOptions options)
    {
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning)
            .AddFilter("Grpc", LogLevel.Warning)
            .AddFilter("Yarp", LogLevel.Error) // a client that leaves is no warning
            .AddConfiguration(configuration.GetSection($"{AppSettings.HostSection}:logging"));
        options.ConfigureLogging(logging);
    }
}
