using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Azure.Core;
using Evolink.LocalHost.Azurite;
using Evolink.Pipeline.Callbacks;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Videos;

namespace Evolink.Pipeline.Tests.Videos;

/// <summary>Links as in Azure: the app knows no account key, and storage wants https and tokens.</summary>
public sealed class SignedLinkTests
{
    private static readonly Uri OwnBase = new("https://app.example.com");

    [Fact]
    public async Task An_identity_signs_links_that_open_one_video_for_reading_over_https()
    {
        using X509Certificate2 certificate = TestCertificate.Create("localhost");
        using TemporaryPem pem = new(certificate);
        await using AzuriteServer azurite = await AzuriteServer.StartAsync(new AzuriteOptions { Tls = (pem.Certificate, pem.Key) });
        Identity outgoing = new(certificate);
        EvolinkOptions options = new() { Storage = { ServiceUri = azurite.BlobUri } };
        EvolinkStorage storage = new(Microsoft.Extensions.Options.Options.Create(options), outgoing, _ => new UnsignedToken(TimeProvider.System));
        await storage.CreateMissingContainersAsync(CancellationToken.None);
        JobRecord job = Jobs.Waiting();
        SavedVideo video = Jobs.Video with { Blob = VideoStore.BlobName(job.Id, 1) };
        await storage.Videos.GetBlobClient(video.Blob).UploadAsync(BinaryData.FromString("a video"));
        using VideoLinks links = new(storage, new LinkSigner(Microsoft.Extensions.Options.Options.Create(options)), Microsoft.Extensions.Options.Options.Create(options), TimeProvider.System);

        SignedLink[] signed = [.. (await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => links.SignAsync(job, video, OwnBase, VideoLinkUse.Play, CancellationToken.None)))).OfType<SignedLink>()];
        Assert.Equal(5, signed.Length);

        Assert.Equal(1, outgoing.KeysFetched);
        string query = signed[0].Url.Query;
        Assert.Contains("skoid=", query, StringComparison.Ordinal);
        Assert.Contains("sp=r&", query, StringComparison.Ordinal);
        Assert.Contains("spr=https&", query, StringComparison.Ordinal);
        using HttpClient anyone = new(outgoing.Plain());
        using HttpResponseMessage opened = await anyone.GetAsync(signed[0].Url);
        Assert.Equal("a video", await opened.Content.ReadAsStringAsync());
        Assert.Equal($"inline; filename=\"{video.Blob}\"", opened.Content.Headers.ContentDisposition!.ToString());
        using HttpResponseMessage other = await anyone.GetAsync(new Uri(signed[0].Url.AbsoluteUri.Replace(video.Blob, "other.mp4", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
        using HttpResponseMessage written = await anyone.PutAsync(signed[0].Url, new ByteArrayContent([]) { Headers = { { "x-ms-blob-type", "BlockBlob" } } });
        Assert.Equal(HttpStatusCode.Forbidden, written.StatusCode);
    }

    /// <summary>Trusts the one certificate, and counts the keys that are asked for.</summary>
    private sealed class Identity(X509Certificate2 certificate) : OutgoingHttp
    {
        private int _keysFetched;

        public int KeysFetched => Volatile.Read(ref _keysFetched);

        public override HttpMessageHandler Storage() => new Counter(this, Plain());

        public SocketsHttpHandler Plain()
        {
            SocketsHttpHandler handler = (SocketsHttpHandler)base.Storage();
            handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == certificate.GetCertHashString();
            return handler;
        }

        private sealed class Counter(Identity identity, HttpMessageHandler inner) : DelegatingHandler(inner)
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                if (request.RequestUri!.Query.Contains("comp=userdelegationkey", StringComparison.Ordinal))
                    Interlocked.Increment(ref identity._keysFetched);
                return base.SendAsync(request, cancellationToken);
            }
        }
    }

    /// <summary>What the emulator takes for a token of Entra: it looks at the claims, not at the signature.</summary>
    private sealed class UnsignedToken(TimeProvider time) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            DateTimeOffset now = time.GetUtcNow();
            const string tenant = "7f1b7f6e-3a0f-4a57-9d6c-2f7a4f6f0d11";
            string claims = JsonSerializer.Serialize(new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["aud"] = "https://storage.azure.com",
                ["iss"] = $"https://sts.windows.net/{tenant}/",
                ["iat"] = now.ToUnixTimeSeconds() - 60,
                ["nbf"] = now.ToUnixTimeSeconds() - 60,
                ["exp"] = now.ToUnixTimeSeconds() + 3600,
                ["oid"] = "b1a6a8d0-6f0e-4c7b-8a44-3d6b6f8f2c22",
                ["tid"] = tenant,
            });
            return new AccessToken($"{Base64Url("""{"alg":"none","typ":"JWT"}""")}.{Base64Url(claims)}.{Base64Url("none")}", now.AddHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));

        private static string Base64Url(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
    }

    private sealed class TemporaryPem : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("evolink-").FullName;

        public TemporaryPem(X509Certificate2 certificate)
        {
            File.WriteAllText(Certificate, certificate.ExportCertificatePem());
            File.WriteAllText(Key, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        }

        public string Certificate => Path.Combine(_folder, "cert.pem");

        public string Key => Path.Combine(_folder, "key.pem");

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
