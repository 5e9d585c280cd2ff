using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Evolink.Client;

namespace Evolink.LocalHost.Cli;

/// <summary>What the command line needs of the app's HTTP interface. Every call may be repeated, so transient trouble is waited out.</summary>
internal sealed class AppClient : IDisposable
{
    private const int WaitSeconds = 25;
    private const int LargestPage = 100;
    private const int BufferBytes = 128 << 10;
    private static readonly TimeSpan[] Pauses = [.. new[] { 0.5, 1, 2, 4, 8 }.Select(TimeSpan.FromSeconds)];
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly Uri _endpoint;
    private readonly TimeProvider _time;

    public AppClient(Uri endpoint, string? key, TimeProvider? time = null)
    {
        _endpoint = endpoint.AbsoluteUri.EndsWith('/') ? endpoint : new Uri(endpoint.AbsoluteUri + "/");
        _time = time ?? TimeProvider.System;
        _http = new HttpClient { Timeout = TimeSpan.FromMinutes(5) };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Evolink.LocalHost", typeof(AppClient).Assembly.GetName().Version?.ToString(3)));
        _authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Uploads an image and returns its address for <c>image_urls</c>.</summary>
    public async Task<string> UploadAsync(byte[] image, string contentType, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(
            () =>
            {
                var content = new ByteArrayContent(image);
                content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
                return new HttpRequestMessage(HttpMethod.Post, At("v1/images")) { Content = content };
            },
            cancellationToken);
        UploadAnswer? answer = await response.Content.ReadFromJsonAsync(CliJsonContext.Default.UploadAnswer, cancellationToken);
        return answer?.Url ?? throw new AppException("invalid_answer", "The app took the image, but did not say where it is.");
    }

    public async Task<AppTask> StartAsync(VideoGenerationRequest request, string idempotencyKey, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(
            () =>
            {
                var message = new HttpRequestMessage(HttpMethod.Post, At("v1/videos/generations"))
                {
                    Content = JsonContent.Create(request, EvolinkJsonContext.Default.VideoGenerationRequest),
                };
                message.Headers.Add("Idempotency-Key", idempotencyKey);
                return message;
            },
            cancellationToken);
        return await ReadTaskAsync(response, cancellationToken);
    }

    /// <summary>Reads the task; the app holds the answer until its status changes, for 25 s at most.</summary>
    public async Task<AppTask> WaitAsync(string id, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(
            () =>
            {
                var message = new HttpRequestMessage(HttpMethod.Get, Task(id));
                message.Headers.Add("Prefer", string.Create(CultureInfo.InvariantCulture, $"wait={WaitSeconds}"));
                return message;
            },
            cancellationToken);
        return await ReadTaskAsync(response, cancellationToken);
    }

    /// <summary>The task as it stands.</summary>
    public async Task<AppTask> GetAsync(string id, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, Task(id)), cancellationToken);
        return await ReadTaskAsync(response, cancellationToken);
    }

    /// <summary>Cancels the task, if it is not over.</summary>
    public async Task<AppTask> CancelAsync(string id, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Post, new Uri(Task(id) + "/cancel")), cancellationToken);
        return await ReadTaskAsync(response, cancellationToken);
    }

    /// <summary>The client's tasks, newest first.</summary>
    /// <param name="status">Those of one status; <see langword="null"/>: all.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<IReadOnlyList<AppTask>> ListAsync(string? status, int limit, CancellationToken cancellationToken)
    {
        List<AppTask> tasks = [];
        string? after = null;
        do
        {
            string query = string.Create(CultureInfo.InvariantCulture, $"v1/tasks?limit={Math.Min(limit - tasks.Count, LargestPage)}")
                + (status is null ? "" : $"&status={status}") + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}");
            using HttpResponseMessage response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, At(query)), cancellationToken);
            TaskPage? page = await response.Content.ReadFromJsonAsync(CliJsonContext.Default.TaskPage, cancellationToken);
            tasks.AddRange(page?.Data ?? throw new AppException("invalid_answer", "The app answered without tasks."));
            after = page.Next;
        }
        while (after is not null && tasks.Count < limit);
        return tasks;
    }

    /// <summary>Downloads a signed link into a file, and checks what came against what the task says.</summary>
    public async Task DownloadAsync(string link, AppVideo? expected, string file, CancellationToken cancellationToken)
    {
        string aside = file + ".part";
        long size = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            using HttpResponseMessage response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, link), cancellationToken, withKey: false);
            await using (Stream body = await response.Content.ReadAsStreamAsync(cancellationToken))
            await using (var target = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                var buffer = new byte[BufferBytes];
                for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0; size += read)
                {
                    hash.AppendData(buffer, 0, read);
                    await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                }
            }

            string sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
            if (expected is not null && (expected.Size != size || !string.Equals(expected.Sha256, sha256, StringComparison.OrdinalIgnoreCase)))
                throw new AppException("download_damaged", $"The video arrived damaged: {size} bytes with SHA-256 {sha256}, expected {expected.Size} with {expected.Sha256}.");
            File.Move(aside, file, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    private Uri At(string path) => new(_endpoint, path);

    private Uri Task(string id) => At($"v1/tasks/{Uri.EscapeDataString(id)}");

    private static async Task<AppTask> ReadTaskAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        await response.Content.ReadFromJsonAsync(CliJsonContext.Default.AppTask, cancellationToken) is { Id: not null } task
            ? task
            : throw new AppException("invalid_answer", "The app answered without a task.");

    // A link carries its own signature, and leads elsewhere: it never gets the key.
    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> create, CancellationToken cancellationToken, bool withKey = true)
    {
        for (int attempt = 0; ; attempt++)
        {
            TimeSpan pause = attempt < Pauses.Length ? Pauses[attempt] : TimeSpan.Zero;
            try
            {
                using HttpRequestMessage request = create();
                request.Headers.Authorization = withKey ? _authorization : null;
                HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                if (response.IsSuccessStatusCode)
                    return response;
                using (response)
                {
                    if (attempt == Pauses.Length || !IsTransient(response.StatusCode))
                        throw await FailureAsync(response, cancellationToken);
                    if (response.Headers.RetryAfter?.Delta is { } asked)
                        pause = asked < LongestPause ? asked : LongestPause;
                }
            }
            catch (HttpRequestException) when (attempt < Pauses.Length)
            {
                // Not reached, or cut off: tried again below.
            }

            await System.Threading.Tasks.Task.Delay(pause, _time, cancellationToken);
        }
    }

    private static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private static async Task<AppException> FailureAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            EvolinkErrorResponse? envelope = await response.Content.ReadFromJsonAsync(EvolinkJsonContext.Default.EvolinkErrorResponse, cancellationToken);
            if (envelope?.Error is { Code: not null } error)
                return new AppException(error.Code, error.Message ?? error.Code);
        }
        catch (JsonException)
        {
            // Not the envelope: somebody else answered, perhaps a proxy.
        }

        return new AppException($"http_{(int)response.StatusCode}", $"{response.RequestMessage?.RequestUri?.GetLeftPart(UriPartial.Path)} answered {(int)response.StatusCode} {response.ReasonPhrase}.");
    }
}
