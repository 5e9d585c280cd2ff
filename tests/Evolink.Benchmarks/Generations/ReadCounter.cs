using System.Net;
using Evolink.Simulator;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace Evolink.Benchmarks.Generations;

/// <summary>Stands in front of the simulated Evolink, and counts the calls that read tasks.</summary>
internal sealed class ReadCounter : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _client =
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });

    private readonly string _evolink;
    private int _single;
    private int _shared;

    private ReadCounter(WebApplication app, RunningSimulator simulator) =>
        (_app, _evolink) = (app, simulator.BaseUrl.GetLeftPart(UriPartial.Authority));

    /// <summary>Calls for one task, and for several.</summary>
    public (int Single, int Shared) Calls => (_single, _shared);

    public string Address => _app.Urls.Single();

    public static async Task<ReadCounter> StartAsync(RunningSimulator simulator)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddHttpForwarder();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        ReadCounter counter = new(app, simulator);
        app.Run(counter.ForwardAsync);
        await app.StartAsync();
        return counter;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/v1/tasks", StringComparison.Ordinal))
            _ = HttpMethods.IsGet(context.Request.Method) ? Interlocked.Increment(ref _single) : Interlocked.Increment(ref _shared);
        IHttpForwarder forwarder = context.RequestServices.GetRequiredService<IHttpForwarder>();
        await forwarder.SendAsync(context, _evolink, _client, ForwarderRequestConfig.Empty);
    }
}
