using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Evolink.Benchmarks.Servers;

/// <summary>Sends prepared requests over connections that stay, each as soon as the answer to the one before is there; so light that it is not the limit.</summary>
internal sealed class HttpLoad(Uri target, int connections)
{
    /// <summary>Sends for a while.</summary>
    /// <param name="request">The bytes of request number n.</param>
    /// <param name="status">What every answer has to be.</param>
    /// <param name="length">How long.</param>
    public async Task<LoadResult> RunAsync(Func<int, byte[]> request, int status, TimeSpan length)
    {
        ConcurrentBag<double> times = [];
        int next = -1;
        long started = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using Connection connection = await Connection.OpenAsync(target);
            while (TimeProvider.System.GetElapsedTime(started) < length)
            {
                long sent = TimeProvider.System.GetTimestamp();
                int answer = await connection.SendAsync(request(Interlocked.Increment(ref next)));
                if (answer != status)
                    throw new InvalidOperationException($"{target} answered {answer}, and {status} was expected.");
                times.Add(TimeProvider.System.GetElapsedTime(sent).TotalMilliseconds);
            }
        })));
        return new LoadResult(times.Count / TimeProvider.System.GetElapsedTime(started).TotalSeconds, times.Count, times.Median(), times.Percentile(0.99));
    }

    /// <summary>One connection.</summary>
    internal sealed class Connection : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly byte[] _buffer = new byte[64 * 1024];

        public static async Task<Connection> OpenAsync(Uri target)
        {
            Connection connection = new();
            await connection._socket.ConnectAsync(IPAddress.Loopback, target.Port);
            return connection;
        }

        /// <summary>Sends a request and reads the whole answer; returns its status.</summary>
        public async Task<int> SendAsync(ReadOnlyMemory<byte> request)
        {
            while (!request.IsEmpty)
                request = request[await _socket.SendAsync(request)..];
            int have = 0;
            while (!IsWhole(_buffer.AsSpan(0, have)))
            {
                int read = await _socket.ReceiveAsync(_buffer.AsMemory(have));
                have += read > 0 ? read : throw new EndOfStreamException("The connection was closed before the answer was whole.");
            }

            return int.Parse(Encoding.ASCII.GetString(_buffer, "HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture);
        }

        public void Dispose() => _socket.Dispose();

        private static bool IsWhole(ReadOnlySpan<byte> answer)
        {
            int end = answer.IndexOf("\r\n\r\n"u8);
            if (end < 0)
                return false;
            ReadOnlySpan<byte> head = answer[..end];
            ReadOnlySpan<byte> body = answer[(end + 4)..];
            if (head.IndexOf("Transfer-Encoding: chunked"u8) >= 0)
                return body.EndsWith("0\r\n\r\n"u8);
            int at = head.IndexOf("Content-Length: "u8);
            if (at < 0)
                return true;
            ReadOnlySpan<byte> length = head[(at + "Content-Length: ".Length)..];
            int stop = length.IndexOf((byte)'\r');
            return body.Length >= int.Parse(stop < 0 ? length : length[..stop], CultureInfo.InvariantCulture);
        }
    }
}

/// <summary>What came of a load.</summary>
internal sealed record LoadResult(double PerSecond, int Requests, double P50Ms, double P99Ms, double CpuMicroseconds = double.NaN, double? StolenPercent = null);
