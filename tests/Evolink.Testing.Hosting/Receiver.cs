using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Testing.Hosting;

/// <summary>A server of somebody else's, whom the app calls: it keeps what came, head and body, and answers as it is told.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedCall> _calls = new();
    private readonly SemaphoreSlim _came = new(0);
    private int _connections;

    private Receiver(WebApplication app, X509Certificate2? certificate) => (_app, Certificate) = (app, certificate);

    public Uri Url => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public X509Certificate2? Certificate { get; }

    public IReadOnlyList<ReceivedCall> Calls => [.. _calls];

    /// <summary>Connections that were made, whether something came by them or not.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <param name="answer">Answers each call, told its number from 0; 200 where it is not given.</param>
    /// <param name="tls">Whether it speaks https, with a certificate of its own making.</param>
    public static async Task<Receiver> StartAsync(Func<int, HttpContext, Task>? answer = null, bool tls = false)
    {
        X509Certificate2? certificate = tls ? SelfSigned() : null;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        Receiver? receiver = null;
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Use(next => connection =>
            {
                Interlocked.Increment(ref receiver!._connections);
                return next(connection);
            });
            if (certificate is not null)
                listen.UseHttps(certificate);
        }));
        if (certificate is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();
        WebApplication app = builder.Build();
        receiver = new Receiver(app, certificate);
        app.Run(context => receiver.TakeAsync(context, answer));
        await app.StartAsync();
        return receiver;
    }

    /// <summary>Answers every call with one status.</summary>
    public static Task<Receiver> AnsweringAsync(int status, string? location = null) => StartAsync((_, context) =>
    {
        context.Response.StatusCode = status;
        if (location is not null)
            context.Response.Headers.Location = location;
        return Task.CompletedTask;
    });

    /// <summary>The calls, as soon as there are so many.</summary>
    public async Task<IReadOnlyList<ReceivedCall>> CallsAsync(int count)
    {
        while (_calls.Count < count)
            Assert.True(await _came.WaitAsync(TimeSpan.FromSeconds(20)), $"{_calls.Count} calls came instead of {count}.");
        return Calls;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        Certificate?.Dispose();
        _came.Dispose();
    }

    private async Task TakeAsync(HttpContext context, Func<int, HttpContext, Task>? answer)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);
        int number = _calls.Count;
        _calls.Enqueue(new ReceivedCall(
            context.Request.Method,
            context.Request.Path + context.Request.QueryString,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray()));
        _came.Release();
        if (answer is not null)
            await answer(number, context);
    }

    private static X509Certificate2 SelfSigned()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=receiver", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}

public sealed record ReceivedCall(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Body);

    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
