using Grpc.Core;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace FunctionsHost.Worker;

/// <summary>The gRPC server, on loopback, that workers connect to.</summary>
internal sealed class WorkerServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WorkerServer(WebApplication app, ExtensionEndpoints extensions)
    {
        _app = app;
        Extensions = extensions;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
    }

    /// <summary>Where workers connect.</summary>
    public Uri Address { get; }

    /// <summary>gRPC services of the app's extensions, answered at the same address.</summary>
    public ExtensionEndpoints Extensions { get; }

    public static async Task<WorkerServer> StartAsync(ILoggerFactory logs, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddSingleton(logs);
        builder.Services.AddSingleton<Connections>();
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        builder.Services.AddRouting();
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = grpc.MaxSendMessageSize = int.MaxValue);
        WebApplication app = builder.Build();
        ExtensionEndpoints extensions = new();
        app.MapGrpcService<Service>();
        ((IEndpointRouteBuilder)app).DataSources.Add(extensions);
        await app.StartAsync(cancellationToken);
        return new WorkerServer(app, extensions);
    }

    /// <summary>Expects a worker with an id of its own.</summary>
    public WorkerChannel Expect(string workerId, WorkerLog log) =>
        _app.Services.GetRequiredService<Connections>().Expected[workerId] = new WorkerChannel(workerId, log);

    /// <summary>Nothing more comes from that worker.</summary>
    public void Forget(WorkerChannel channel) => _app.Services.GetRequiredService<Connections>().Expected.TryRemove(channel.WorkerId, out _);

    public async ValueTask DisposeAsync()
    {
        // The stream of a worker that was killed is not waited for.
        using CancellationTokenSource atOnce = new(TimeSpan.FromSeconds(1), TimeProvider.System);
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    private sealed class Connections
    {
        public ConcurrentDictionary<string, WorkerChannel> Expected { get; } = new();
    }

    private sealed class Service(Connections connections) : FunctionRpc.FunctionRpcBase
    {
        public override async Task EventStream(
            IAsyncStreamReader<StreamingMessage> requestStream, IServerStreamWriter<StreamingMessage> responseStream, ServerCallContext context)
        {
            if (!await requestStream.MoveNext() || requestStream.Current.StartStream?.WorkerId is not { } id
                || !connections.Expected.TryGetValue(id, out WorkerChannel? channel))
            {
                throw new Grpc.Core.RpcException(new Status(StatusCode.PermissionDenied, "No such worker was started by this host."));
            }

            try
            {
                await channel.RunAsync(requestStream, responseStream, context.CancellationToken);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // The worker has ended, or this host ends: whoever waits for it is told by its process.
            }
        }
    }
}
