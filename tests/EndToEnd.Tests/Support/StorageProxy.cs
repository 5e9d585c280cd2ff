using System.Net;
using Evolink.Testing.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace EndToEnd.Tests.Support;

/// <summary>Stands before the blob service that an app writes its records to, and does something at the n-th write of a record: right before it, or right behind it and before the writer hears of it.</summary>
internal sealed class StorageProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Uri _blobs;
    private readonly string _connection;
    private Trap? _trap;

    private StorageProxy(WebApplication app, AzuriteFixture azurite)
    {
        (_app, _connection) = (app, azurite.ConnectionString);
        _blobs = new Uri(_connection.Split(';').First(part => part.StartsWith("BlobEndpoint=", StringComparison.Ordinal))["BlobEndpoint=".Length..]);
    }

    /// <summary>Connection string with this in place of the blob service.</summary>
    public string ConnectionString => _connection.Replace(_blobs.GetLeftPart(UriPartial.Authority), _app.Urls.Single(), StringComparison.Ordinal);

    public static async Task<StorageProxy> StartAsync(AzuriteFixture azurite)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRouting().AddHttpForwarder();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        WebApplication app = builder.Build();
        StorageProxy proxy = new(app, azurite);
        app.Run(proxy.ForwardAsync);
        await app.StartAsync();
        return proxy;
    }

    /// <summary>Does something at a write of a record, counted from 1 and from now.</summary>
    /// <param name="write">Which write.</param>
    /// <param name="before">Right before it; else right behind it.</param>
    /// <param name="act">Does it.</param>
    /// <param name="folder">What the blob's path holds, for writes of other blobs than records.</param>
    /// <returns>Ends when it is done.</returns>
    public Task At(int write, bool before, Action act, string folder = "/records/")
    {
        Trap trap = new(write, before, act, folder);
        _trap = trap;
        return trap.Sprung.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        Trap? trap = context.Request.Method == "PUT" && _trap is { } set && context.Request.Path.Value!.Contains(set.Folder, StringComparison.Ordinal) && set.IsIt() ? set : null;
        if (trap is { Before: true })
        {
            trap.Spring();
            context.Abort();
            return;
        }

        await context.RequestServices.GetRequiredService<IHttpForwarder>().SendAsync(
            context, _blobs.GetLeftPart(UriPartial.Authority), _client, new ForwarderRequestConfig(), new Answer(trap));
    }

    private sealed class Trap(int write, bool before, Action act, string folder)
    {
        public string Folder => folder;

        private int _writes;

        public bool Before => before;

        public TaskCompletionSource Sprung { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsIt() => Interlocked.Increment(ref _writes) == write;

        public void Spring()
        {
            act();
            Sprung.SetResult();
        }
    }

    private sealed class Answer(Trap? trap) : HttpTransformer
    {
        public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            if (trap is null || proxyResponse is null)
                return base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
            trap.Spring();
            httpContext.Abort();
            return ValueTask.FromResult(false);
        }
    }
}
