using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Videos;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Evolink.Pipeline.Tests.Videos;

/// <summary>The guard as Production has it, on a network where <c>media.example.com</c> is a public address whose machine is a test server.</summary>
public sealed class GuardTests
{
    private const string Media = "media.example.com";
    private static readonly IPAddress Public = IPAddress.Parse("93.184.215.14");

    private static GuardedHttpClient Client(FakeNetwork network, params string[] hosts) =>
        new(Microsoft.Extensions.Options.Options.Create(new EvolinkOptions { ResultHosts = [.. hosts] }), TimeProvider.System, network);

    private static string Link(ResultServer server, string path = "video.mp4") => $"https://{Media}:{server.Url.Port}/{path}";

    private static async Task<VideoDownloadException> AssertBlockedAsync(GuardedHttpClient client, string link)
    {
        VideoDownloadException e = await Assert.ThrowsAsync<VideoDownloadException>(() => client.OpenAsync(link, CancellationToken.None));
        Assert.Equal(DownloadFailure.Blocked, e.Failure);
        return e;
    }

    [Fact]
    public async Task A_link_to_a_public_https_address_is_opened_with_nothing_of_ours_but_a_name()
    {
        string[] headers = [];
        using X509Certificate2 certificate = TestCertificate.Create(Media);
        await using ResultServer server = await ResultServer.StartAsync(
            context =>
            {
                headers = [.. context.Request.Headers.Select(header => $"{header.Key}: {header.Value}").Order(StringComparer.Ordinal)];
                context.Response.Cookies.Append("session", "1");
                return ResultServer.ServeAsync(context, TestVideos.Mp4(100));
            },
            certificate);
        using FakeNetwork network = new(certificate);
        using GuardedHttpClient client = Client(network);
        for (int i = 0; i < 2; i++)
        {
            using HttpResponseMessage response = await client.OpenAsync(Link(server), CancellationToken.None);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(["Accept-Encoding: identity", $"Host: {Media}:{server.Url.Port}", $"User-Agent: {ProductInfo.UserAgent}"], headers);
        }
    }

    [Theory]
    [InlineData("http://media.example.com/video.mp4")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::ffff:10.0.0.1]/")]
    [InlineData("https://[64:ff9b::a00:1]/")]
    [InlineData("https://100.64.0.1/")]
    [InlineData("https://168.63.129.16/metadata")]
    [InlineData("https://0x7f.1/")]
    [InlineData("https://user@media.example.com/")]
    [InlineData("//169.254.169.254/latest")]
    [InlineData("ftp://media.example.com/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("")]
    public async Task A_redirect_to_where_no_result_can_be_is_not_followed(string location)
    {
        using X509Certificate2 certificate = TestCertificate.Create(Media);
        await using ResultServer server = await ResultServer.StartAsync(
            context =>
            {
                context.Response.StatusCode = StatusCodes.Status302Found;
                context.Response.Headers.Location = location;
                return Task.CompletedTask;
            },
            certificate);
        using FakeNetwork network = new(certificate);
        using GuardedHttpClient client = Client(network);
        await AssertBlockedAsync(client, Link(server));
        Assert.Equal(1, network.Connections);
    }

    [Fact]
    public async Task A_redirect_loop_ends_after_five()
    {
        using X509Certificate2 certificate = TestCertificate.Create(Media);
        await using ResultServer server = await ResultServer.StartAsync(
            context =>
            {
                context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
                context.Response.Headers.Location = "video.mp4";
                return Task.CompletedTask;
            },
            certificate);
        using FakeNetwork network = new(certificate);
        using GuardedHttpClient client = Client(network);
        await AssertBlockedAsync(client, Link(server));
        Assert.Equal(6, server.Ranges.Count);
    }

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("fd00::1")]
    [InlineData("ff02::1")]
    public async Task A_host_that_resolves_to_a_private_address_at_the_second_look_up(string second)
    {
        using X509Certificate2 certificate = TestCertificate.Create(Media);
        await using ResultServer server = await ResultServer.StartAsync(
            context =>
            {
                context.Response.StatusCode = StatusCodes.Status302Found;
                context.Response.Headers.Location = "/again.mp4";
                context.Response.Headers.Connection = "close";
                return Task.CompletedTask;
            },
            certificate);
        using FakeNetwork network = new(certificate) { LaterAnswer = IPAddress.Parse(second) };
        using GuardedHttpClient client = Client(network);
        VideoDownloadException e = await AssertBlockedAsync(client, Link(server));
        Assert.Equal($"{Media} has no public address.", e.Message);
        Assert.Equal(1, network.Connections);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_not_accepted()
    {
        using X509Certificate2 certificate = TestCertificate.Create(Media);
        await using ResultServer server = await ResultServer.StartAsync(context => ResultServer.ServeAsync(context, TestVideos.Mp4(100)), certificate);
        using FakeNetwork network = new(trusted: null);
        using GuardedHttpClient client = Client(network);
        VideoDownloadException e = await Assert.ThrowsAsync<VideoDownloadException>(() => client.OpenAsync(Link(server), CancellationToken.None));
        Assert.Equal(DownloadFailure.Unavailable, e.Failure);
    }

    [Theory]
    [InlineData("media.example.com", true)]
    [InlineData("*.example.com", true)]
    [InlineData("example.com", false)]
    [InlineData("*.media.example.com", false)]
    public async Task Only_hosts_of_the_allow_list_are_asked(string allowed, bool asked)
    {
        using X509Certificate2 certificate = TestCertificate.Create(Media);
        await using ResultServer server = await ResultServer.StartAsync(context => ResultServer.ServeAsync(context, TestVideos.Mp4(100)), certificate);
        using FakeNetwork network = new(certificate);
        using GuardedHttpClient client = Client(network, allowed);
        if (asked)
            (await client.OpenAsync(Link(server), CancellationToken.None)).Dispose();
        else
            await AssertBlockedAsync(client, Link(server));
        Assert.Equal(asked ? 1 : 0, network.Connections);
    }

    [Theory]
    [InlineData("a/b.mp4?sig=%7E~*+%2F%%&x=y zé", "/a/b.mp4?sig=%7E~*+%2F%%&x=y%20z%C3%A9")]
    [InlineData("%7e/~*+'()!;,$@:?a=%2b&b=[]|^#fragment", "/%7e/~*+'()!;,$@:?a=%2b&b=[]|^")]
    public async Task A_link_is_sent_to_the_letter(string path, string target)
    {
        string seen = "";
        using X509Certificate2 certificate = TestCertificate.Create(Media);
        await using ResultServer server = await ResultServer.StartAsync(
            context =>
            {
                seen = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
                return ResultServer.ServeAsync(context, TestVideos.Mp4(100));
            },
            certificate);
        using FakeNetwork network = new(certificate);
        using GuardedHttpClient client = Client(network);
        (await client.OpenAsync(Link(server, path), CancellationToken.None)).Dispose();
        Assert.Equal(target, seen);
    }

    private sealed class FakeNetwork(X509Certificate2? trusted) : OutsideNetwork, IDisposable
    {
        private int _lookups;
        private int _connections;

        public IPAddress? LaterAnswer { get; init; }

        public int Connections => Volatile.Read(ref _connections);

        public override SslClientAuthenticationOptions Tls => trusted is null
            ? new()
            : new() { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == trusted.GetCertHashString() };

        public override Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
        {
            Assert.Equal(Media, host);
            return Task.FromResult<IPAddress[]>([Interlocked.Increment(ref _lookups) > 1 && LaterAnswer is { } later ? later : Public]);
        }

        public override ValueTask ConnectAsync(Socket socket, IPAddress[] addresses, int port, CancellationToken cancellationToken)
        {
            Assert.Equal([Public], addresses);
            Interlocked.Increment(ref _connections);
            return socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        }

        public void Dispose()
        {
        }
    }
}
