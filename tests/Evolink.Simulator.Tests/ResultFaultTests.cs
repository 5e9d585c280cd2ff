using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Evolink.Simulator.Tests;

public sealed class ResultFaultTests
{
    [Fact]
    public async Task A_dead_link_stays_dead_and_a_later_read_brings_a_live_one()
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnResults(new ResultFault.DeadLink(404)));
        string id = await api.SubmitAsync();

        string dead = await api.LinkAsync(id);
        string live = await api.LinkAsync(id);

        Assert.Equal("404 404 200", $"{await StatusAsync(dead)} {await StatusAsync(dead)} {await StatusAsync(live)}");
    }

    [Fact]
    public async Task An_odd_link_works_byte_for_byte_and_in_no_other_form()
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnResults(new ResultFault.OddLink()));
        string link = await api.LinkAsync(await api.SubmitAsync());

        Assert.InRange(link.Length, 2048, 4096);
        Assert.All("~*+%", sign => Assert.Contains(sign, link));
        Assert.Equal(200, await StatusAsync(link));
        Assert.Equal(404, await StatusAsync(link.Replace("%2b", "%2B", StringComparison.Ordinal)));
        Assert.Equal(404, await StatusAsync(link.Replace("~a*b+c", "~a*b%20c", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Faults_of_downloads_are_used_up_one_after_the_other()
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnResults(
            new ResultFault.Refused(403) { Times = 2 },
            new ResultFault.Html { Times = 1 },
            new ResultFault.Junk { Times = 1 },
            new ResultFault.Empty { Times = 1 },
            new ResultFault.NoLength { Times = 1 }));
        string id = await api.SubmitAsync();
        string link = await api.LinkAsync(id);

        Assert.Equal("403 403", $"{await StatusAsync(link)} {await StatusAsync(link)}");
        using HttpResponseMessage html = await Api.DownloadAsync(link);
        using HttpResponseMessage junk = await Api.DownloadAsync(link);
        using HttpResponseMessage empty = await Api.DownloadAsync(link);
        using HttpResponseMessage chunked = await Api.DownloadAsync(link, completion: HttpCompletionOption.ResponseHeadersRead);
        byte[] video = await api.DownloadVideoAsync(id);

        Assert.Equal("text/html", html.Content.Headers.ContentType!.MediaType);
        Assert.Equal("video/mp4", junk.Content.Headers.ContentType!.MediaType);
        Assert.NotEqual("ftyp", Encoding.ASCII.GetString((await BytesAsync(junk))[4..8]));
        Assert.Empty(await BytesAsync(empty));
        Assert.Null(chunked.Content.Headers.ContentLength);
        Assert.Equal(video, await BytesAsync(chunked));
    }

    [Fact]
    public async Task A_cut_is_a_clean_close_before_the_declared_end()
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnResults(new ResultFault.Cut(0.5)));
        string link = await api.LinkAsync(await api.SubmitAsync());

        (string head, int bodyLength) = await RawGetAsync(new Uri(link));

        long declared = long.Parse(head.Split("Content-Length: ")[1].Split("\r\n")[0]);
        Assert.Equal(declared / 2, bodyLength);
        HttpRequestException? seen = await Record.ExceptionAsync(() => Api.DownloadAsync(link)) as HttpRequestException;
        Assert.Equal(HttpRequestError.ResponseEnded, (seen?.GetBaseException() as HttpIOException)?.HttpRequestError);
    }

    [Fact]
    public async Task A_cut_without_a_declared_length_looks_whole_to_http()
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnResults(new ResultFault.Cut(0.25, Declared: false) { Times = 1 }));
        string id = await api.SubmitAsync();
        string link = await api.LinkAsync(id);

        using HttpResponseMessage cut = await Api.DownloadAsync(link);

        Assert.Equal((await api.DownloadVideoAsync(id)).Length / 4, (await BytesAsync(cut)).Length);
    }

    [Fact]
    public async Task A_stall_sends_its_part_and_then_nothing()
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnResults(new ResultFault.Stall(0.5)));
        string link = await api.LinkAsync(await api.SubmitAsync());

        using HttpResponseMessage response = await Api.DownloadAsync(link, completion: HttpCompletionOption.ResponseHeadersRead);
        await using Stream body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await body.ReadExactlyAsync(new byte[response.Content.Headers.ContentLength!.Value / 2], TestContext.Current.CancellationToken);
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => body.ReadAsync(new byte[1], patience.Token).AsTask());
    }

    [Fact]
    public async Task Redirects_lead_where_they_are_told_and_loops_to_themselves()
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnResults(new ResultFault.Redirect("http://169.254.169.254/") { Times = 1 }, new ResultFault.RedirectLoop()));
        string link = await api.LinkAsync(await api.SubmitAsync());

        using HttpResponseMessage away = await Api.DownloadAsync(link);
        using HttpResponseMessage loop = await Api.DownloadAsync(link);

        Assert.Equal((HttpStatusCode.Found, "http://169.254.169.254/"), (away.StatusCode, away.Headers.Location!.OriginalString));
        Assert.Equal((HttpStatusCode.Found, link), (loop.StatusCode, new Uri(new Uri(link), loop.Headers.Location!).AbsoluteUri));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_oversized_video_has_its_size_declared_or_not(bool declared)
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnResults(new ResultFault.Oversized(5_000_000, declared)));
        string link = await api.LinkAsync(await api.SubmitAsync());

        using HttpResponseMessage response = await Api.DownloadAsync(link, completion: HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal(declared ? 5_000_000 : null, response.Content.Headers.ContentLength);
        Assert.Equal(5_000_000, (await BytesAsync(response)).Length);
    }

    [Fact]
    public async Task An_endless_video_goes_on_and_on()
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnResults(new ResultFault.Endless()));
        string link = await api.LinkAsync(await api.SubmitAsync());

        using HttpResponseMessage response = await Api.DownloadAsync(link, completion: HttpCompletionOption.ResponseHeadersRead);
        await using Stream body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);

        byte[] buffer = new byte[1024 * 1024];
        for (int megabyte = 0; megabyte < 20; megabyte++)
            await body.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken);
        Assert.Null(response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_range_can_be_ignored()
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnResults(new ResultFault.IgnoresRange()));
        string link = await api.LinkAsync(await api.SubmitAsync());

        using HttpResponseMessage response = await Api.DownloadAsync(link, request => request.Headers.Range = new RangeHeaderValue(0, 9));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True((await BytesAsync(response)).Length > 10);
    }

    [Theory]
    [InlineData(false, 403, 403)]
    [InlineData(true, 206, 403)]
    public async Task A_range_can_be_refused_from_the_first_or_from_the_second_on(bool later, int first, int second)
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnResults(new ResultFault.RefusesRange(403, later)));
        string link = await api.LinkAsync(await api.SubmitAsync());

        async Task<int> RangeAsync(long from)
        {
            using HttpResponseMessage response = await Api.DownloadAsync(link, request => request.Headers.Range = new RangeHeaderValue(from, from + 9));
            return (int)response.StatusCode;
        }

        Assert.Equal((first, second, 200), (await RangeAsync(0), await RangeAsync(10), await StatusAsync(link)));
    }

    [Fact]
    public async Task A_half_of_a_video_can_be_served_as_if_it_were_all()
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnResults(new ResultFault.Half(0.25) { Times = 1 }));
        string id = await api.SubmitAsync();

        using HttpResponseMessage response = await Api.DownloadAsync(await api.LinkAsync(id));
        byte[] half = await BytesAsync(response);
        byte[] whole = await api.DownloadVideoAsync(id);

        Assert.Equal(half.Length, response.Content.Headers.ContentLength);
        Assert.Equal(whole[..(whole.Length / 4)], half);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_video_can_be_labelled_as_compressed_and_be_it_or_not(bool really)
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnResults(new ResultFault.Encoded("gzip", really) { Times = 1 }));
        string id = await api.SubmitAsync();

        using HttpResponseMessage response = await Api.DownloadAsync(await api.LinkAsync(id));
        byte[] body = await BytesAsync(response);
        byte[] whole = await api.DownloadVideoAsync(id);

        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        if (really)
        {
            await using GZipStream gzip = new(new MemoryStream(body), CompressionMode.Decompress);
            using MemoryStream decoded = new();
            await gzip.CopyToAsync(decoded);
            body = decoded.ToArray();
        }

        Assert.Equal(whole, body);
    }

    [Fact]
    public async Task The_etag_can_change_from_range_to_range()
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnResults(new ResultFault.ChangesETag()));
        string link = await api.LinkAsync(await api.SubmitAsync());

        using HttpResponseMessage first = await Api.DownloadAsync(link, request => request.Headers.Range = new RangeHeaderValue(0, 9));
        using HttpResponseMessage second = await Api.DownloadAsync(link, request => request.Headers.Range = new RangeHeaderValue(10, 19));

        Assert.Equal((HttpStatusCode.PartialContent, HttpStatusCode.PartialContent), (first.StatusCode, second.StatusCode));
        Assert.NotEqual(first.Headers.ETag, second.Headers.ETag);
    }

    [Fact]
    public async Task A_slow_video_comes_at_the_pace_of_the_clock()
    {
        var clock = new Evolink.Testing.ManualTimeProvider();
        await using Api api = await Api.StartAsync(Api.Instant with { TimeProvider = clock });
        api.Simulator.Order(Api.OnResults(new ResultFault.Slow(10_000)));
        string link = await api.LinkAsync(await api.SubmitAsync());

        using HttpResponseMessage response = await Api.DownloadAsync(link, completion: HttpCompletionOption.ResponseHeadersRead);
        Task<byte[]> body = BytesAsync(response);
        await clock.AdvanceUntilAsync(body);

        double seconds = (clock.GetUtcNow() - new Evolink.Testing.ManualTimeProvider().GetUtcNow()).TotalSeconds;
        Assert.Equal((await body).Length / 10_000d, seconds, tolerance: 0.2);
    }

    private static async Task<int> StatusAsync(string link)
    {
        using HttpResponseMessage response = await Api.DownloadAsync(link);
        return (int)response.StatusCode;
    }

    private static Task<byte[]> BytesAsync(HttpResponseMessage response) => response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

    /// <summary>GETs by hand: <see cref="Socket.ReceiveAsync(ArraySegment{byte}, SocketFlags)"/> answers 0 at a clean close and throws at a reset.</summary>
    private static async Task<(string Head, int BodyLength)> RawGetAsync(Uri link)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(link.Host, link.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {link.PathAndQuery} HTTP/1.1\r\nHost: {link.Authority}\r\n\r\n"), SocketFlags.None);
        using var all = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer, SocketFlags.None) is > 0 and var count)
            all.Write(buffer, 0, count);
        byte[] bytes = all.ToArray();
        int end = bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        return (Encoding.ASCII.GetString(bytes, 0, end), bytes.Length - end);
    }
}
