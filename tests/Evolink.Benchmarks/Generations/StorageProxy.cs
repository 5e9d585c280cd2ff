using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Evolink.LocalHost.Azurite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace Evolink.Benchmarks.Generations;

/// <summary>Stands in front of Azurite, counts every request by service and owner, and sees when a job's record says how the job ended.</summary>
internal sealed class StorageProxy : IAsyncDisposable
{
    private const string Records = "/generations/records/";

    private static readonly ForwarderRequestConfig Config = new();

    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<long>> _ends = new(StringComparer.Ordinal);
    private readonly string _hub;

    private StorageProxy(WebApplication app, string hub) => (_app, _hub) = (app, hub);

    /// <summary>Requests so far, by <c>owner service kind</c>, where the kind is what storage bills: reads, writes, deletes; reads of a queue that find nothing are left out.</summary>
    public IReadOnlyDictionary<string, int> Counts => _counts;

    public string ConnectionString { get; private set; } = "";

    public static async Task<StorageProxy> StartAsync(AzuriteServer azurite, string hub)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddHttpForwarder();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            for (int service = 0; service < 3; service++)
                kestrel.Listen(IPAddress.Loopback, 0);
        });
        WebApplication app = builder.Build();
        StorageProxy proxy = new(app, hub.ToLowerInvariant());
        (string Name, Uri Address)[] services = [("blob", azurite.BlobUri), ("queue", azurite.QueueUri), ("table", azurite.TableUri)];
        Dictionary<int, (string Name, Uri Address)> byPort = [];
        app.Run(context => proxy.ForwardAsync(context, byPort[context.Connection.LocalPort]));
        await app.StartAsync();
        int[] ports = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address).Port)];
        proxy.ConnectionString = azurite.ConnectionString;
        foreach (((string Name, Uri Address) service, int port) in services.Zip(ports))
        {
            byPort[port] = service;
            proxy.ConnectionString = proxy.ConnectionString.Replace($":{service.Address.Port}/", $":{port}/", StringComparison.Ordinal);
        }

        return proxy;
    }

    public void Reset() => _counts.Clear();

    /// <summary>When the record of a job said how it ended, in ticks of this process's clock.</summary>
    public Task<long> EndOf(string job) => _ends.GetOrAdd(job, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private static bool IsQueueRead(HttpContext context, string service) =>
        service == "queue" && HttpMethods.IsGet(context.Request.Method) && context.Request.Path.Value!.EndsWith("/messages", StringComparison.Ordinal);

    private async Task ForwardAsync(HttpContext context, (string Name, Uri Address) service)
    {
        string? ended = HttpMethods.IsPut(context.Request.Method) && context.Request.Path.Value!.Contains(Records, StringComparison.Ordinal)
            ? await EndedJobAsync(context.Request)
            : null;
        Transformer transformer = new(IsQueueRead(context, service.Name));
        await context.RequestServices.GetRequiredService<IHttpForwarder>()
            .SendAsync(context, service.Address.GetLeftPart(UriPartial.Authority), _client, Config, transformer);
        if (!transformer.FoundNothing)
            _counts.AddOrUpdate($"{OwnerOf(context.Request.Path)} {service.Name} {KindOf(context.Request.Method)}", 1, static (_, count) => count + 1);
        if (ended is not null && context.Response.StatusCode < 300)
        {
            _ = EndOf(ended);
            _ends[ended].TrySetResult(TimeProvider.System.GetTimestamp());
        }
    }

    private static async Task<string?> EndedJobAsync(HttpRequest request)
    {
        request.EnableBuffering();
        using JsonDocument record = await JsonDocument.ParseAsync(request.Body);
        request.Body.Position = 0;
        return record.RootElement.GetProperty("state").GetString() is "completed" or "failed" ? Path.GetFileNameWithoutExtension(request.Path.Value) : null;
    }

    // /devstoreaccount1/{container, queue or table}/...: Durable's bear the hub's name; the host's are locks and the like.
    private string OwnerOf(PathString path)
    {
        string name = path.Value!.Split('/').ElementAtOrDefault(2)?.ToLowerInvariant() ?? "";
        return name.StartsWith(_hub, StringComparison.Ordinal) ? "durable" : name.StartsWith("azure-webjobs", StringComparison.Ordinal) ? "host" : "app";
    }

    private static string KindOf(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) ? "read" : HttpMethods.IsDelete(method) ? "delete" : "write";

    private sealed class Transformer(bool readsQueue) : HttpTransformer
    {
        public bool FoundNothing { get; private set; }

        public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            if (readsQueue && proxyResponse is not null)
            {
                await proxyResponse.Content.LoadIntoBufferAsync(cancellationToken);
                FoundNothing = !(await proxyResponse.Content.ReadAsStringAsync(cancellationToken)).Contains("<QueueMessage>", StringComparison.Ordinal);
            }

            return await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        }
    }
}
