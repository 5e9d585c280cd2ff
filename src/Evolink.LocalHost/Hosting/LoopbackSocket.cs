using System.Net;

namespace Evolink.LocalHost.Hosting;

/// <summary>A listening socket on 127.0.0.1, taken before anything else starts: the port is then known, and nobody else's.</summary>
internal static class LoopbackSocket
{
    /// <exception cref="LocalHostException">The port is in use or not allowed.</exception>
    public static Socket Listen(int port)
    {
        try
        {
            return FunctionAppHost.Listen(port);
        }
        catch (SocketException e)
        {
            throw new LocalHostException(
                e.SocketErrorCode == SocketError.AccessDenied
                    ? $"Port {port} needs rights that this user does not have. Choose one above 1023 with --port."
                    : $"Port {port} is already in use. Choose another with --port, or 0 for any that is free.",
                e);
        }
    }

    public static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;
}
