using System.Net;
using System.Net.Http.Headers;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests;

/// <summary>How the studio's files are served; what they do is tested in a browser (Studio.Tests).</summary>
public sealed class StudioFileTests(Apps apps) : AppTests(apps.Usual)
{
    [Fact]
    public async Task A_browser_gets_the_studio_and_everybody_else_a_few_words()
    {
        using HttpResponseMessage page = await GetAsync("", accept: "text/html,application/xhtml+xml,*/*;q=0.8");
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        string policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'; ", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);

        using HttpResponseMessage words = await GetAsync("", accept: "*/*");
        Assert.Equal("text/plain", words.Content.Headers.ContentType?.MediaType);
        Assert.Contains("/v1/tasks", await words.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_comes_in_a_form_that_the_browser_takes_and_is_not_sent_twice()
    {
        foreach ((string accepted, string? encoding) in new[] { ("br, gzip", "br"), ("gzip", "gzip"), ("br;q=0, gzip;q=0.5", "gzip"), ("identity", null) })
        {
            using HttpResponseMessage first = await GetAsync("studio/app.js", accepted);
            Assert.Equal(encoding, first.Content.Headers.ContentEncoding.SingleOrDefault());
            Assert.Equal("text/javascript", first.Content.Headers.ContentType?.MediaType);
            Assert.False(first.Headers.ETag!.IsWeak);

            using HttpResponseMessage second = await GetAsync("studio/app.js", accepted, known: first.Headers.ETag);
            Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
            Assert.Empty(await second.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task What_is_no_file_of_the_studio_is_not_found()
    {
        foreach (string path in new[] { "studio/nothing.js", "studio/..%2f..%2fhost.json" })
        {
            using HttpResponseMessage response = await GetAsync(path);
            await response.AssertErrorAsync(HttpStatusCode.NotFound, "not_found");
        }
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string encodings = "br", string accept = "*/*", EntityTagHeaderValue? known = null)
    {
        using HttpClient client = App.Client(key: null);
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.Add("Accept", accept);
        request.Headers.Add("Accept-Encoding", encodings);
        if (known is not null)
            request.Headers.IfNoneMatch.Add(known);
        return await client.SendAsync(request);
    }
}
