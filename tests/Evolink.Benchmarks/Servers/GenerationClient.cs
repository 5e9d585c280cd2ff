using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Evolink.Benchmarks.Servers;

/// <summary>A client of the app.</summary>
internal sealed class GenerationClient(Uri app) : IDisposable
{
    private static readonly Uri Generations = new("/v1/videos/generations", UriKind.Relative);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = app,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", AppSettings.ClientKey) },
    };

    /// <summary>Asks for a generation and returns its job's id.</summary>
    public async Task<string> PostAsync(int number)
    {
        using StringContent body = new(AppSettings.Request(number), Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await _http.PostAsync(Generations, body);
        using JsonDocument task = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync());
        return task.RootElement.GetProperty("id").GetString()!;
    }

    public void Dispose() => _http.Dispose();
}
