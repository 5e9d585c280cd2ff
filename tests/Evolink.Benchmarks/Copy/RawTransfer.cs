using System.Net.Http.Headers;

namespace Evolink.Benchmarks.Copy;

/// <summary>
/// The limits: the same parts, as many at a time, through the same HTTP client as the copy, but nothing is looked at, hashed or checked. Without a
/// source, prepared memory is sent; without a target, what comes is dropped.
/// </summary>
internal sealed class RawTransfer(HttpClient http, string? source, Uri? target, int blockSize, int inFlight)
{
    private long _next;

    public async Task RunAsync(long bytes)
    {
        _next = 0;
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(() => MoveAsync(bytes))));
        if (target is not null)
            await SendAsync($"{target}?comp=blocklist", new ByteArrayContent([]));
    }

    private async Task MoveAsync(long bytes)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(blockSize);
        for (long start; (start = Interlocked.Add(ref _next, blockSize) - blockSize) < bytes;)
        {
            int length = (int)Math.Min(blockSize, bytes - start);
            if (source is not null)
                await ReceiveAsync(source, start, buffer.AsMemory(0, length));
            if (target is not null)
                await SendAsync($"{target}?comp=block&blockid={Convert.ToBase64String(BitConverter.GetBytes(start))}", new ByteArrayContent(buffer, 0, length));
        }
    }

    private async Task ReceiveAsync(string link, long start, Memory<byte> buffer)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, link);
        request.Headers.Range = new RangeHeaderValue(start, start + buffer.Length - 1);
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using Stream body = await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(buffer);
    }

    private async Task SendAsync(string address, HttpContent content)
    {
        using HttpRequestMessage request = new(HttpMethod.Put, address) { Content = content };
        (await http.SendAsync(request)).EnsureSuccessStatusCode().Dispose();
    }
}
