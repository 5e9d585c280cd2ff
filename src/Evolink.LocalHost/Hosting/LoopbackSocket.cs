using System.Net;
using System.Net.Sockets;

namespace Evolink.LocalHost.Hosting;

/// <summary>A listening socket on 127.0.0.1, taken before anything else starts: the port is then known, and nobody else's.</summary>
internal static class LoopbackSocket
{
    /// <exception cref="LocalHostException">The port is in use or not allowed.</exception>
    public static Socket Listen(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            // At once: on Linux two sockets may be bound to one port as long as neither listens.
            socket.Listen();
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new LocalHostException(
                e.SocketErrorCode == SocketError.AccessDenied
                    ? $"Port {port} needs rights that this user does not have. Choose one above 1023 with --port."
                    : $"Port {port} is already in use. Choose another with --port, or 0 for any that is free.",
                e);
        }
    }

    public static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;
}
