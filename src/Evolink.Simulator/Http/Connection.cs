using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Evolink.Simulator;

/// <summary>What can be done to a connection below HTTP.</summary>
internal static class Connection
{
    /// <summary>An answer that is a TCP RST.</summary>
    public static IResult Reset { get; } = new ConnectionResult(context =>
    {
        Abort(context);
        return Task.CompletedTask;
    });

    /// <summary>Nothing for a while, then a TCP RST.</summary>
    public static IResult Hang(double seconds, TimeProvider clock) => new ConnectionResult(async context =>
    {
        await Task.Delay(TimeSpan.FromSeconds(seconds), clock, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Abort(context);
    });

    public static void Abort(HttpContext context)
    {
        // Lingering for no time makes the close a RST, whatever Kestrel would have chosen.
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        context.Abort();
    }

    /// <summary>
    /// Writes an answer straight to the socket, past Kestrel, which would reset a connection whose body is shorter than its Content-Length; then
    /// closes cleanly (FIN), and waits for the client to do so too. Under TLS there is no socket to write to, and the connection is reset.
    /// </summary>
    public static async Task SendAndCloseAsync(HttpContext context, string head, Stream body, long bytes)
    {
        if (context.Request.IsHttps || context.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket)
        {
            Abort(context);
            return;
        }

        await SendAsync(socket, Encoding.ASCII.GetBytes(head), context.RequestAborted);
        byte[] buffer = new byte[64 * 1024];
        while (bytes > 0)
        {
            int count = await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, bytes)), context.RequestAborted);
            await SendAsync(socket, buffer.AsMemory(0, count), context.RequestAborted);
            bytes -= count;
        }

        socket.Shutdown(SocketShutdown.Send);
        await UntilClosedAsync(context);
    }

    /// <summary>Does nothing until the client closes the connection or the simulator stops.</summary>
    public static Task UntilClosedAsync(HttpContext context) =>
        Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(
            _ => context.Abort(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancellationToken)..];
    }

    private sealed class ConnectionResult(Func<HttpContext, Task> act) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => act(httpContext);
    }
}
