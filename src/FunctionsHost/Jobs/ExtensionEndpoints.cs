using Microsoft.Azure.WebJobs.Rpc.Core.Internal;
using Microsoft.Extensions.Primitives;

namespace FunctionsHost.Jobs;

/// <summary>gRPC services that extensions of the app offer to its worker. They are known only when the job host is built, after the server listens.</summary>
internal sealed class ExtensionEndpoints : EndpointDataSource, IDisposable
{
    private readonly CancellationTokenSource _changed = new();
    private IReadOnlyList<Endpoint> _endpoints = [];

    public override IReadOnlyList<Endpoint> Endpoints => _endpoints;

    public override IChangeToken GetChangeToken() =>
        _changed.IsCancellationRequested ? new CancellationChangeToken(CancellationToken.None) : new CancellationChangeToken(_changed.Token);

    /// <summary>Takes over what the extensions registered.</summary>
    public void Add(IServiceProvider jobHost)
    {
        _endpoints = [.. jobHost.GetServices<WebJobsRpcEndpointDataSource>().SelectMany(source => source.Endpoints).Select(endpoint => InScopeOf(jobHost, endpoint))];
        _changed.Cancel();
    }

    public void Dispose() => _changed.Dispose();

    // An extension's service is made from the services of the job host, not from those of the server.
    private static Endpoint InScopeOf(IServiceProvider jobHost, Endpoint endpoint) =>
        endpoint is not RouteEndpoint { RequestDelegate: { } next } route
            ? endpoint
            : new RouteEndpoint(
                async context =>
                {
                    IServiceProvider before = context.RequestServices;
                    await using AsyncServiceScope scope = jobHost.CreateAsyncScope();
                    context.RequestServices = scope.ServiceProvider;
                    await next(context);
                    context.RequestServices = before;
                },
                route.RoutePattern,
                route.Order,
                route.Metadata,
                route.DisplayName);
}
