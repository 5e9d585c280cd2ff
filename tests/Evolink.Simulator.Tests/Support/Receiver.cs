using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Simulator.Tests;

/// <summary>A server that others call: it records what came and answers as it is told.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<Received> received = [];

    private Receiver(WebApplication app) => this.app = app;

    public Uri Url => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public IReadOnlyList<Received> All => [.. received];

    /// <param name="answer">Status for each request, told its number from 0; 200 by default.</param>
    public static async Task<Receiver> StartAsync(Func<int, HttpContext, Task<int>>? answer = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication server = builder.Build();
        var receiver = new Receiver(server);
        int number = -1;
        server.Run(async context =>
        {
            int index = Interlocked.Increment(ref number);
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            receiver.received.Enqueue(new Received(
                context.Request.Path + context.Request.QueryString, body.ToArray(), context.Request.ContentType, context.Request.Headers.UserAgent.ToString()));
            int status = answer is null ? 200 : await answer(index, context);
            if (!context.Response.HasStarted)
                context.Response.StatusCode = status;
        });
        await server.StartAsync();
        return receiver;
    }

    /// <summary>A server that answers every GET with these bytes.</summary>
    public static Task<Receiver> ServingAsync(byte[] bytes) => StartAsync(async (_, context) =>
    {
        await context.Response.Body.WriteAsync(bytes);
        return 200;
    });

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }
}

internal sealed record Received(string Target, byte[] Body, string? ContentType, string UserAgent)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Body);
}
