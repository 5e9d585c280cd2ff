using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Evolink.Benchmarks.Servers;

namespace Evolink.Benchmarks.Hostile;

/// <summary>One campaign.</summary>
internal sealed class HostileCampaign(int requests, int seed, int connections, string? azurite)
{
    private const int RawOneIn = 50;
    private const int RightOneIn = 100;
    private const int GenerationOneIn = 20; // of the right ones
    private const double Mib = 1 << 20;
    private const string Mallory = "mallory-whose-key-is-good";

    // A hostile client whose key is good has limits: what its requests happen to be right for must not fill the machine.
    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal)
    {
        ["Evolink:ClientKeys:mallory:0"] = Mallory,
        ["Evolink:Limits:Clients:mallory:MaxInFlight"] = "4",
        ["Evolink:Limits:Clients:mallory:CreditsPerDay"] = "2000",
    };

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<int, int> _answers = new();
    private readonly ConcurrentQueue<string> _examples = new();
    private readonly ConcurrentBag<string> _jobs = [];
    private readonly ConcurrentBag<(int Number, long Bytes)> _memory = [];
    private string _imageUrl = "";
    private int _next;
    private int _errors;
    private int _lost;
    private int _right;
    private int _rightRefused;

    public async Task<HostileReport> RunAsync()
    {
        await using ServedApp app = await ServedApp.StartAsync(Settings, azurite);
        using HttpClient client = new(new SocketsHttpHandler { MaxConnectionsPerServer = connections, AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { BaseAddress = app.Address, Timeout = AnswerTimeout };
        _imageUrl = await UploadAsync(client, app.Key);
        // Her own image, so that some of what she sends is right, and meets her limits.
        HostileRequests hostile = new(seed, Mallory, await GenerateAsync(client, app.Key, "own"), await UploadAsync(client, Mallory), SmallImage.Png);
        long started = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(() => AttackAsync(app, client, hostile))));
        double seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        int videos = 0;
        foreach (string job in _jobs)
            videos += await IsVideoAsync(client, app.Key, job) ? 1 : 0;
        (int Number, long Bytes)[] memory = [.. _memory.OrderBy(sample => sample.Number)];
        // Medians: collections come and go.
        double[] tenths =
        [
            .. Enumerable.Range(0, 10).Select(n => Math.Round(
                memory[(n * memory.Length / 10)..((n + 1) * memory.Length / 10)].Select(sample => sample.Bytes / Mib).Median(), 1)),
        ];
        return new HostileReport
        {
            Requests = requests,
            Seed = seed,
            Seconds = Math.Round(seconds, 1),
            Answers = new SortedDictionary<int, int>(_answers),
            ServerErrors = _errors,
            Examples = [.. _examples.Take(10)],
            LoggedFailures = [.. app.Failures.Take(10)],
            Lost = _lost,
            Right = _right,
            RightRefused = _rightRefused,
            Generations = _jobs.Count,
            Videos = videos,
            MemoryMib = tenths,
            WarmMib = tenths[1],
            EndMib = tenths[^1],
        };
    }

    private async Task AttackAsync(ServedApp app, HttpClient client, HostileRequests hostile)
    {
        for (int number; (number = Interlocked.Increment(ref _next)) <= requests;)
        {
            if (number % Math.Max(requests / 400, 1) == 0)
                _memory.Add((number, app.Resident()));
            if (number % RightOneIn == 0)
                await SendRightAsync(client, app.Key, number);
            else if (number % RawOneIn == 1)
                Count(number, await SendRawAsync(app.Address, hostile.MakeRaw(number)), "raw bytes");
            else
                await SendAsync(client, hostile, number);
        }
    }

    private async Task SendAsync(HttpClient client, HostileRequests hostile, int number)
    {
        using HttpRequestMessage request = hostile.Make(number);
        request.RequestUri = new Uri(client.BaseAddress!.GetLeftPart(UriPartial.Authority) + request.RequestUri!.PathAndQuery, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request);
            await response.Content.CopyToAsync(Stream.Null);
            Count(number, (int)response.StatusCode, $"{request.Method} {request.RequestUri.AbsolutePath}");
        }
        // The server may refuse a body by closing while it is still being sent: an answer was there, or the connection's end is one.
        catch (HttpRequestException e) when (e.InnerException is IOException && request.Content is not null)
        {
            Count(number, 0, "body");
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.InvalidResponse || e.InnerException is FormatException)
        {
            Count(number, 0, "head");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            Interlocked.Increment(ref _lost);
            _examples.Enqueue($"{number}: {request.Method} {request.RequestUri.AbsolutePath} was lost: {e.Message}");
        }
    }

    private async Task SendRightAsync(HttpClient client, string key, int number)
    {
        Interlocked.Increment(ref _right);
        try
        {
            if (number / RightOneIn % GenerationOneIn == 0)
            {
                _jobs.Add(await GenerateAsync(client, key, $"right-{seed}-{number}"));
                return;
            }

            using HttpRequestMessage list = Request(HttpMethod.Get, "v1/tasks?limit=5", key);
            using HttpResponseMessage response = await client.SendAsync(list);
            response.EnsureSuccessStatusCode();
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            Interlocked.Increment(ref _rightRefused);
            _examples.Enqueue($"{number}: a right request was refused: {e.Message}");
        }
    }

    private static async Task<string> UploadAsync(HttpClient client, string key)
    {
        using HttpRequestMessage request = Request(HttpMethod.Post, "v1/images", key, new ByteArrayContent(SmallImage.Png));
        using HttpResponseMessage response = await client.SendAsync(request);
        using JsonDocument image = await JsonDocument.ParseAsync(await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
        return image.RootElement.GetProperty("url").GetString()!;
    }

    private async Task<string> GenerateAsync(HttpClient client, string key, string idempotencyKey)
    {
        using HttpRequestMessage request = Request(
            HttpMethod.Post, "v1/videos/generations", key, new StringContent(HostileRequests.RightGeneration(_imageUrl), Encoding.UTF8, "application/json"));
        request.Headers.Add("Idempotency-Key", idempotencyKey);
        using HttpResponseMessage response = await client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        using JsonDocument task = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync());
        return task.RootElement.GetProperty("id").GetString()!;
    }

    private static async Task<bool> IsVideoAsync(HttpClient client, string key, string job)
    {
        while (true)
        {
            using HttpRequestMessage request = Request(HttpMethod.Get, $"v1/tasks/{job}", key);
            request.Headers.Add("Prefer", "wait=25");
            using HttpResponseMessage response = await client.SendAsync(request);
            using JsonDocument task = await JsonDocument.ParseAsync(await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
            if (task.RootElement.GetProperty("status").GetString() is "completed" or "failed")
                return task.RootElement.GetProperty("status").GetString() == "completed";
        }
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string key, HttpContent? content = null) =>
        new(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) }, Content = content };

    // A connection of its own, for nobody knows where the next answer would begin.
    private static async Task<int> SendRawAsync(Uri address, byte[] bytes)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using CancellationTokenSource patience = new(AnswerTimeout, TimeProvider.System);
        byte[] answer = new byte[4096];
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, patience.Token);
            await socket.SendAsync(bytes, patience.Token);
            // A head or body that is cut off is waited for by the server, until it hears that nothing comes.
            socket.Shutdown(SocketShutdown.Send);
            int length = await socket.ReceiveAsync(answer, patience.Token);
            return length > 12 && int.TryParse(Encoding.ASCII.GetString(answer, 9, 3), out int status) ? status : 0;
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    private void Count(int number, int status, string what)
    {
        _answers.AddOrUpdate(status, 1, (_, count) => count + 1);
        // 505 is how the host refuses bytes that name a version of HTTP that there is not.
        if (status is < 500 or 505)
            return;
        Interlocked.Increment(ref _errors);
        _examples.Enqueue($"{number}: {what}: {status}");
    }
}
