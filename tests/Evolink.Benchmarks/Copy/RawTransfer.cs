using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Evolink.Benchmarks.Copy;

/// <summary>
/// The limits: the same parts, as many at a time, through the same HTTP client as the copy, but nothing is looked at, hashed or checked. Without a
/// source, prepared memory is sent; without a target, what comes is dropped. With a hash, the parts are hashed in their order, and nothing else.
/// </summary>
internal sealed class RawTransfer(HttpClient http, string? source, Uri? target, IncrementalHash? hash, int blockSize, int inFlight)
{
    private readonly Lock _gate = new();
    private long _next;
    private Task _hashed = Task.CompletedTask;

    public async Task RunAsync(long bytes)
    {
        (_next, _hashed) = (0, Task.CompletedTask);
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(() => MoveAsync(bytes))));
        if (target is not null)
            await SendAsync($"{target}?comp=blocklist", new ByteArrayContent([]));
        hash?.GetHashAndReset();
    }

    private async Task MoveAsync(long bytes)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(blockSize);
        while (true)
        {
            (long start, Task before, TaskCompletionSource hashed) = Next();
            if (start >= bytes)
                return;
            int length = (int)Math.Min(blockSize, bytes - start);
            if (source is not null)
                await ReceiveAsync(source, start, buffer.AsMemory(0, length));
            if (hash is not null)
            {
                await before;
                hash.AppendData(buffer, 0, length);
                hashed.SetResult();
            }

            if (target is not null)
                await SendAsync($"{target}?comp=block&blockid={Convert.ToBase64String(BitConverter.GetBytes(start))}", new ByteArrayContent(buffer, 0, length));
        }
    }

    private (long Start, Task Before, TaskCompletionSource Hashed) Next()
    {
        lock (_gate)
        {
            TaskCompletionSource hashed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            (long start, Task before) = (_next, _hashed);
            (_next, _hashed) = (_next + blockSize, hashed.Task);
            return (start, before, hashed);
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
