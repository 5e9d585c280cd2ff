using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Evolink.Simulator;

/// <summary>A stand-in Evolink API: behaves as the contract says, and as badly as it is told to.</summary>
public static class SimulatorApp
{
    /// <summary>Starts a simulator on 127.0.0.1.</summary>
    /// <param name="options">How it behaves.</param>
    /// <param name="cancellationToken">Ends the start early.</param>
    /// <exception cref="IOException">The port is in use, or the data folder is in use or not readable.</exception>
    public static async Task<RunningSimulator> StartAsync(SimulatorOptions options, CancellationToken cancellationToken = default)
    {
        Socket socket = Bind(options.Port);
        Ledger? ledger = null;
        try
        {
            ledger = new Ledger(options.DataFolder);
            X509Certificate2? certificate = options.RequireTls ? SelfSigned(options.TimeProvider) : null;
            WebApplication app = Build(options, socket, certificate);
            int port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            var baseUrl = new Uri(string.Create(CultureInfo.InvariantCulture, $"{(certificate is null ? "http" : "https")}://127.0.0.1:{port}"));
            ILogger log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Evolink.Simulator");
            var parts = new SimulatorParts(options, baseUrl, ledger, log);
            app.Use((context, next) => AtTheDoorAsync(context, next, options));
            app.UseRouting();
            parts.Map(app);
            OrderPlanned(options.FaultPlan, ledger);
            await app.StartAsync(cancellationToken);
            parts.Runner.Resume();
            return new RunningSimulator(app, parts, certificate);
        }
        catch
        {
            socket.Dispose();
            ledger?.Dispose();
            throw;
        }
    }

    // Bound before Kestrel starts: result links need the port.
    private static Socket Bind(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new IOException($"The simulator cannot listen on 127.0.0.1:{port}: {exception.Message}", exception);
        }
    }

    /// <summary>An empty builder: a host in a process must neither read that process's settings nor take its signals.</summary>
    private static WebApplication Build(SimulatorOptions options, Socket socket, X509Certificate2? certificate)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Evolink.Simulator" });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(options.LogTo ?? NullLoggerFactory.Instance);
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = _ => socket);
        builder.WebHost.UseKestrelCore();
        if (certificate is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // Every endpoint has its own limit.
            kestrel.Limits.MaxRequestLineSize = 16 * 1024;
            kestrel.Limits.MinResponseDataRate = null; // A slow reader is not this server's business.
            kestrel.Listen((IPEndPoint)socket.LocalEndPoint!, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                if (certificate is not null)
                    listen.UseHttps(certificate);
            });
        });
        return builder.Build();
    }

    /// <summary>What every answer has: a request id, and the slowness that was asked for.</summary>
    private static async Task AtTheDoorAsync(HttpContext context, RequestDelegate next, SimulatorOptions options)
    {
        if (context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal))
        {
            context.Response.Headers["x-request-id"] = $"req-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
            if (options.MinimumLatency > TimeSpan.Zero)
                await Task.Delay(options.MinimumLatency, options.TimeProvider, context.RequestAborted);
        }

        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone: there is nobody to answer.
        }
    }

    private static void OrderPlanned(FaultPlan plan, Ledger ledger)
    {
        // After a restart they are in the journal, with how often they were played.
        if (ledger.Read(state => state.HasOrders))
            return;
        foreach (FaultOrder order in plan.Orders)
            ledger.Record(new JournalEntry.FaultsOrdered(order));
    }

    private static X509Certificate2 SelfSigned(TimeProvider clock)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Evolink.Simulator", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = clock.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
    }

    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
