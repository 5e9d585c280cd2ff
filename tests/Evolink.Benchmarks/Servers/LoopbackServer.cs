using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Evolink.Benchmarks.Servers;

/// <summary>As little of HTTP/1.1 as the benchmark needs, straight on sockets, so that what is measured is the other side.</summary>
internal abstract class LoopbackServer : IAsyncDisposable
{
    private const int HeadLimit = 64 * 1024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    protected LoopbackServer()
    {
        _listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _loop = AcceptAsync();
    }

    public Uri Url { get; }

    public virtual async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _listener.Dispose();
        _stop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Answers one request; its body has <see cref="Request.Length"/> bytes, and has to be read.</summary>
    protected abstract Task AnswerAsync(Request request, CancellationToken cancellationToken);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptSocketAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using Socket connection = socket;
        socket.NoDelay = true;
        Request request = new(socket);
        try
        {
            while (await request.ReadHeadAsync(_stop.Token))
                await AnswerAsync(request, _stop.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or EndOfStreamException)
        {
            // The client went away, or it is the end.
        }
    }

    /// <summary>The request that a connection is at.</summary>
    protected sealed class Request(Socket socket)
    {
        private readonly byte[] _buffer = new byte[256 * 1024];
        private int _have;

        public string Method { get; private set; } = "";

        public string Target { get; private set; } = "";

        public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

        public long Length { get; private set; }

        public async Task<bool> ReadHeadAsync(CancellationToken cancellationToken)
        {
            int end;
            while ((end = _buffer.AsSpan(0, _have).IndexOf("\r\n\r\n"u8)) < 0)
            {
                int read = _have < HeadLimit ? await socket.ReceiveAsync(_buffer.AsMemory(_have), cancellationToken) : 0;
                if (read == 0)
                    return false;
                _have += read;
            }

            string[] lines = Encoding.ASCII.GetString(_buffer, 0, end).Split("\r\n");
            string[] first = lines[0].Split(' ');
            (Method, Target) = (first[0], first[1]);
            Headers.Clear();
            foreach (string line in lines.Skip(1))
                Headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            Length = Headers.TryGetValue("Content-Length", out string? length) ? long.Parse(length, CultureInfo.InvariantCulture) : 0;
            _have -= end + 4;
            _buffer.AsSpan(end + 4, _have).CopyTo(_buffer);
            if (Headers.ContainsKey("Expect"))
                await SendAsync("HTTP/1.1 100 Continue\r\n\r\n", cancellationToken);
            return true;
        }

        /// <summary>Reads the body and throws it away.</summary>
        public async Task DiscardAsync(CancellationToken cancellationToken)
        {
            long rest = Length - Math.Min(_have, Length);
            _have -= (int)(Length - rest);
            if (_have > 0)
                _buffer.AsSpan((int)(Length - rest), _have).CopyTo(_buffer);
            while (rest > 0)
            {
                int read = await socket.ReceiveAsync(_buffer.AsMemory(0, (int)Math.Min(_buffer.Length, rest)), cancellationToken);
                rest -= read > 0 ? read : throw new EndOfStreamException();
            }
        }

        /// <summary>Reads the body.</summary>
        public async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
        {
            byte[] body = GC.AllocateUninitializedArray<byte>((int)Length);
            int had = Math.Min(_have, body.Length);
            _buffer.AsSpan(0, had).CopyTo(body);
            _have -= had;
            _buffer.AsSpan(had, _have).CopyTo(_buffer);
            for (int read = had; read < body.Length;)
            {
                int more = await socket.ReceiveAsync(body.AsMemory(read), cancellationToken);
                read += more > 0 ? more : throw new EndOfStreamException();
            }

            return body;
        }

        public async Task SendAsync(string head, CancellationToken cancellationToken) => await SendAsync(Encoding.ASCII.GetBytes(head), cancellationToken);

        public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            while (!bytes.IsEmpty)
                bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
        }
    }
}
