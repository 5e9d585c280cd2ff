using System.Globalization;
using System.Net;
using System.Text;
using Evolink.Pipeline.Videos;

namespace Evolink.Pipeline.Tests.Videos;

/// <summary>What comes from outside, mutated: links, heads of answers, first bytes. <c>EVOLINK_FUZZ_INPUTS</c> says how many.</summary>
public sealed class SaveFuzzTests
{
    private static readonly int Inputs = int.Parse(Environment.GetEnvironmentVariable("EVOLINK_FUZZ_INPUTS") ?? "30000", CultureInfo.InvariantCulture);

    private const string Special = ":/?#[]@%\\ .\r\n\0\"=&*0";

    private static readonly string[] Links =
    [
        "https://media.evolink.ai/videos/a.mp4?X-Amz-Signature=%7E~*+%2F&X-Amz-Date=20260101T000000Z", "https://[2606:4700:4700::1111]:8443/a", "https://user:pw@host.example/",
        "//host.example/b", "/absolute/path?query", "../relative", "?query=only", "http://127.0.0.1:80/", "https://xn--bcher-kva.de/%e4%bd%a0#fragment", "https://1.2.3.4.5/",
        "https://１２７.０.０.１/", "data:video/mp4;base64,AAAA", "https://a.example:99999/", "https:///", "file:///etc/passwd", "https://host.example\\@other.example/",
    ];

    private static readonly string[] Headers =
    [
        "Content-Range: bytes 0-65535/100000", "Content-Range: bytes */100000", "Content-Length: 65536", "ETag: \"v1\"", "ETag: W/\"v1\"", "ETag: *", "Content-Encoding: gzip",
        "Content-Type: video/mp4", "Content-Range: bytes 0-18446744073709551615/18446744073709551616", "Content-Length: -1", "Location: //x",
    ];

    private static readonly byte[][] Bodies =
    [
        [0, 0, 0, 16, .. "ftypisom"u8, 0, 0, 2, 0, 0, 0, 0, 1, .. "mdat"u8, 0, 0, 0, 0, 0, 0, 0, 40, .. new byte[24], 0, 0, 0, 8, .. "moov"u8],
        [0x1A, 0x45, 0xDF, 0xA3, 1, 2, 3], [.. "<!DOCTYPE html><html><title>Sorry</title>"u8], [.. "{\"error\":{\"code\":5}}"u8], [.. "<Error><Code>AccessDenied</Code></Error>"u8],
    ];

    [Fact]
    public void Whatever_comes_from_outside_ends_in_a_verdict()
    {
        Random random = new(1);
        LinkRules rules = new(allowLoopback: false, ["*.evolink.ai", "host.example"]);
        Uri from = new("https://media.evolink.ai/videos/a.mp4?x=y");
        for (int i = 0; i < Inputs; i++)
        {
            switch (i % 4)
            {
                case 0:
                    Verdict(() => CheckLink(rules.Parse(Mutate(random, Links))));
                    break;
                case 1:
                    Verdict(() => CheckLink(rules.Redirect(from, Mutate(random, Links))));
                    break;
                case 2:
                    Verdict(() => ReadHead(random));
                    break;
                default:
                    ReadBody(Mutate(random, Bodies[random.Next(Bodies.Length)]), random);
                    break;
            }
        }
    }

    // What passes can be put into a request line, and leads to a host of the list.
    private static void CheckLink(Uri url)
    {
        Assert.Equal("https", url.Scheme);
        string host = url.Host.TrimEnd('.');
        Assert.True(host.EndsWith(".evolink.ai", StringComparison.OrdinalIgnoreCase) || host.Equals("host.example", StringComparison.OrdinalIgnoreCase), host);
        Assert.DoesNotContain(url.PathAndQuery, character => character is <= ' ' or > '~' or '#');
    }

    private static void ReadHead(Random random)
    {
        using HttpResponseMessage response = new((HttpStatusCode)(random.Next(4) == 0 ? random.Next(100, 1000) : new[] { 200, 206, 416, 302 }[random.Next(4)])) { Content = new ByteArrayContent([]) };
        for (int i = random.Next(5); i > 0; i--)
        {
            string[] header = Mutate(random, Headers).Split(':', 2);
            _ = header.Length < 2 || response.Headers.TryAddWithoutValidation(header[0], header[1]) || response.Content.Headers.TryAddWithoutValidation(header[0], header[1]);
        }

        RangeRequest? asked = random.Next(3) == 0 ? null : new RangeRequest(0, 65535, null);
        if (ResultHead.Of(response, asked) is ResultHead.Part part)
            Assert.True(asked is not null && part.Total > 0);
    }

    private static void ReadBody(byte[] body, Random random)
    {
        if (VideoType.Of(body) is { } type)
            Assert.Contains(type, new[] { "video/mp4", "video/webm" });
        Assert.InRange(ErrorPage.Describe(body).Length, 1, 400);
        ContainerWalk walk = ContainerWalk.Of(random.Next(2) == 0 ? "video/mp4" : "video/webm");
        for (int at = 0; at < body.Length;)
        {
            int count = Math.Min(random.Next(1, 20), body.Length - at);
            walk.Append(body.AsSpan(at, count));
            at += count;
        }

        _ = walk.Missing;
        _ = ContentCoding.Decoder(body, ["br"]);
    }

    private static void Verdict(Action check)
    {
        try
        {
            check();
        }
        catch (VideoDownloadException)
        {
            // A verdict; anything else is not.
        }
    }

    private static string Mutate(Random random, string[] seeds) => Encoding.UTF8.GetString(Mutate(random, Encoding.UTF8.GetBytes(seeds[random.Next(seeds.Length)])));

    private static byte[] Mutate(Random random, byte[] seed)
    {
        List<byte> bytes = [.. seed];
        for (int i = random.Next(4); i > 0 && bytes.Count > 0; i--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, random.Next(bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, random.Next(bytes.Count - at)));
                    break;
                case 3:
                    bytes.Insert(at, (byte)Special[random.Next(Special.Length)]);
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }

        return [.. bytes];
    }
}
