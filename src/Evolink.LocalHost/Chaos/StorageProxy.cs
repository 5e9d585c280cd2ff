using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace Evolink.LocalHost.Chaos;

/// <summary>
/// Stands between the app and its blobs, and knows the crash points by what passes: the order of writes on the wire is the real one, and neither
/// app nor host knows that it is watched.
/// </summary>
internal sealed class StorageProxy : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
    });

    private readonly ConcurrentDictionary<JobId, Attempt?> _attempts = new();
    private volatile CrashTrap? _trap;

    private StorageProxy(WebApplication server, Uri blobs) => (_server, Blobs) = (server, blobs);

    /// <summary>Where the app finds the blob service.</summary>
    public Uri Blobs { get; }

    /// <summary>Starts it in front of a blob service.</summary>
    public static async Task<StorageProxy> StartAsync(Uri storage, CancellationToken cancellationToken)
    {
        System.Net.Sockets.Socket socket = LoopbackSocket.Listen(0);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore().AddLogging().AddHttpForwarder();
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = _ => socket);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen((IPEndPoint)socket.LocalEndPoint!);
        });
        WebApplication server = builder.Build();
        StorageProxy proxy = new(server, new UriBuilder(storage) { Port = LoopbackSocket.PortOf(socket) }.Uri);
        IHttpForwarder forwarder = server.Services.GetRequiredService<IHttpForwarder>();
        Watch watch = new(proxy);
        server.Run(context => proxy.ForwardAsync(context, forwarder, storage.GetLeftPart(UriPartial.Authority), watch));
        await server.StartAsync(cancellationToken);
        return proxy;
    }

    /// <summary>Watches for a crash point from now on, in place of the one before.</summary>
    public CrashTrap Set(CrashPoint point, int occurrence) => _trap = new CrashTrap(point, occurrence);

    public async ValueTask DisposeAsync()
    {
        _trap?.Release(goesOn: false);
        await _server.DisposeAsync();
        _client.Dispose();
    }

    private async Task ForwardAsync(HttpContext context, IHttpForwarder forwarder, string storage, Watch watch)
    {
        Write write = await Write.ReadAsync(context.Request);
        context.Features.Set(write);
        if (Before(write) is { } point && !await PassAsync(point))
            context.Abort();
        else
            await forwarder.SendAsync(context, storage, _client, ForwarderRequestConfig.Empty, watch);
    }

    private Task<bool> PassAsync(CrashPoint point) => _trap?.PassAsync(point) ?? Task.FromResult(true);

    private CrashPoint? Before(Write write) => write switch
    {
        { IsCommit: true } => CrashPoint.StageBeforeCommit,
        // The answer to the submit is what changes an intent to this.
        { Record: { CurrentAttempt: { State: AttemptState.Accepted, TaskId: not null } attempt } job }
            when _attempts.GetValueOrDefault(job.Id) is { State: AttemptState.Intent } intent && intent.Number == attempt.Number => CrashPoint.PostBeforeRecord,
        _ => null,
    };

    // With whether what was written goes on to the app.
    private async Task<bool> WrittenAsync(Write write)
    {
        if (write.Record is { } job)
            _attempts[job.Id] = job.CurrentAttempt;
        return write switch
        {
            { IsCommit: true } => await PassAsync(CrashPoint.CommitBeforeRecord),
            { Record.State.IsTerminal: true } => await PassAsync(CrashPoint.RecordBeforeEvent),
            _ => true,
        };
    }

    private sealed class Watch(StorageProxy proxy) : HttpTransformer
    {
        public override async ValueTask<bool> TransformResponseAsync(HttpContext context, HttpResponseMessage? response, CancellationToken cancellationToken)
        {
            if (response is { IsSuccessStatusCode: true } && !await proxy.WrittenAsync(context.Features.GetRequiredFeature<Write>()))
            {
                context.Abort();
                return false;
            }

            return await base.TransformResponseAsync(context, response, cancellationToken);
        }
    }

    /// <summary>What a request writes, where that matters.</summary>
    private sealed record Write(JobRecord? Record, bool IsCommit)
    {
        private static readonly Write None = new(null, IsCommit: false);

        public static async Task<Write> ReadAsync(HttpRequest request)
        {
            string path = request.Path.Value!;
            if (!HttpMethods.IsPut(request.Method))
                return None;
            if (path.Contains($"/{EvolinkStorage.VideosContainer}/", StringComparison.Ordinal))
                return new Write(null, request.Query["comp"] == "blocklist");
            if (!path.Contains($"/{EvolinkStorage.GenerationsContainer}/records/", StringComparison.Ordinal))
                return None;
            request.EnableBuffering();
            JobRecord? record = await JsonSerializer.DeserializeAsync(request.Body, PipelineJsonContext.Default.JobRecord);
            request.Body.Position = 0;
            return new Write(record, IsCommit: false);
        }
    }
}
