using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Evolink.Client.Tests.Videos;

public sealed class DownloadTests
{
    private static readonly byte[] Video = RandomNumberGenerator.GetBytes(300_000);

    [Fact]
    public async Task The_first_link_is_downloaded_to_the_letter_and_without_the_key()
    {
        await using var media = await StubApi.StartAsync(context => SendAsync(context));
        using MemoryStream target = new();
        var task = VideoTask.Parse(System.Text.Encoding.UTF8.GetBytes(
            $$"""{"id":"t","status":"completed","results":["{{media.Url}}a~*+%25.mp4?sig=%2b%7E"]}"""))!;

        var downloaded = await media.Client().DownloadToAsync(task, target);

        Assert.Equal(Video, target.ToArray());
        Assert.Equal((Video.Length, Convert.ToHexStringLower(SHA256.HashData(Video))), (downloaded.Size, downloaded.Sha256));
        Assert.Equal("/a~*+%25.mp4?sig=%2b%7E", Assert.Single(media.Seen).Target);
        Assert.DoesNotContain("Authorization", media.Seen[0].Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_broken_connection_is_made_again_and_the_download_goes_on_where_it_stood()
    {
        await using var media = await StubApi.StartAsync(
            context => SendAsync(context, breakAfter: 100_000), context => SendAsync(context, breakAfter: 50_000), context => SendAsync(context));
        using MemoryStream target = new();

        await media.Client().DownloadToAsync(Task(media), target);

        Assert.Equal(Video, target.ToArray());
        Assert.Equal(3, media.Seen.Count);
        Assert.StartsWith("bytes=", media.Seen[1].Headers["Range"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_bytes_are_not_put_behind_the_first_ones()
    {
        await using var media = await StubApi.StartAsync(
            context => SendAsync(context, breakAfter: 100_000), context => SendAsync(context, tag: "\"other\""));
        await Assert.ThrowsAsync<EvolinkException>(() => media.Client().DownloadToAsync(Task(media), new MemoryStream()));
        Assert.Equal(2, media.Seen.Count);
    }

    [Theory]
    [InlineData(403), InlineData(404), InlineData(410)]
    public async Task A_dead_link_is_told_at_once(int status)
    {
        await using var media = await StubApi.StartAsync(status, "<Error><Code>AccessDenied</Code></Error>");
        var failure = await Assert.ThrowsAsync<EvolinkException>(() => media.Client(options => options.Retry.MaxReadRetries = 0).DownloadToAsync(Task(media), new MemoryStream()));
        Assert.Equal(status, failure.StatusCode);
        Assert.DoesNotContain("sig", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_followed_but_not_for_ever()
    {
        await using var media = await StubApi.StartAsync(context => SendAsync(context));
        await using var front = await StubApi.StartAsync(context => { context.Response.Redirect(media.Url + "a.mp4"); return System.Threading.Tasks.Task.CompletedTask; });
        await using var circle = await StubApi.StartAsync(context => { context.Response.Redirect("/again"); return System.Threading.Tasks.Task.CompletedTask; });
        using MemoryStream target = new();

        await front.Client().DownloadToAsync(Task(front), target);

        Assert.Equal(Video, target.ToArray());
        Assert.Equal(302, (await Assert.ThrowsAsync<EvolinkException>(() => circle.Client().DownloadToAsync(Task(circle), new MemoryStream()))).StatusCode);
    }

    [Fact]
    public async Task A_silent_server_is_left()
    {
        await using var media = await StubApi.StartAsync(async context =>
        {
            context.Response.ContentLength = 10;
            await context.Response.Body.WriteAsync(new byte[5]);
            await context.Response.Body.FlushAsync();
            await StubApi.Silence(context);
        });
        var client = media.Client(options => (options.ReadTimeout, options.Retry.MaxReadRetries) = (TimeSpan.FromMilliseconds(200), 0));
        var failure = await Assert.ThrowsAsync<EvolinkException>(() => client.DownloadToAsync(Task(media), new MemoryStream()));
        Assert.Equal(EvolinkErrorCodes.ConnectionLost, failure.Code);
    }

    [Fact]
    public async Task Without_a_link_there_is_nothing_to_download()
    {
        await using var media = await StubApi.StartAsync(200, "");
        var client = media.Client();
        VideoTask[] tasks = [new() { Status = VideoTaskStatus.Processing }, new() { Results = [new Uri("soon", UriKind.Relative)] }, new() { Results = [new Uri("ftp://a/b")] }];
        foreach (var task in tasks)
            Assert.Equal(EvolinkErrorCodes.ResultMissing, (await Assert.ThrowsAsync<EvolinkException>(() => client.DownloadToAsync(task, new MemoryStream()))).Code);
    }

    private static VideoTask Task(StubApi media) => new() { Id = "t", Status = VideoTaskStatus.Completed, Results = [new Uri(media.Url, "a.mp4?sig=secret")] };

    // As a storage service answers: the whole, or what was asked for of it.
    private static async Task SendAsync(HttpContext context, int? breakAfter = null, string tag = "\"one\"")
    {
        long from = context.Request.GetTypedHeaders().Range?.Ranges.Single().From ?? 0;
        context.Response.Headers.ETag = tag;
        context.Response.ContentLength = Video.Length - from;
        if (from > 0)
        {
            context.Response.StatusCode = 206;
            context.Response.GetTypedHeaders().ContentRange = new ContentRangeHeaderValue(from, Video.Length - 1, Video.Length);
        }

        int length = breakAfter is { } some ? some : Video.Length - (int)from;
        await context.Response.Body.WriteAsync(Video.AsMemory((int)from, length));
        await context.Response.Body.FlushAsync();
        if (breakAfter is not null)
        {
            // Time for what was sent to arrive before the reset.
            await System.Threading.Tasks.Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            context.Abort();
        }
    }
}
