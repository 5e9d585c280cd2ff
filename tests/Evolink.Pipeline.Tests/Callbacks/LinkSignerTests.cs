using System.Web;
using Evolink.Pipeline.Callbacks;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;

namespace Evolink.Pipeline.Tests.Callbacks;

public sealed class LinkSignerTests
{
    private static readonly Uri App = new("https://app.example.com");
    private static readonly JobId Job = JobId.From("http", "alice", "1");

    private static LinkSigner Signer(string current = "k1", params (string Id, string Key)[] keys) => new(Microsoft.Extensions.Options.Options.Create(new EvolinkOptions
    {
        Callback = new CallbackOptions
        {
            CurrentKey = current,
            Keys = (keys.Length == 0 ? [("k1", "first-secret-of-the-tests-0123456789")] : keys).ToDictionary(key => key.Id, key => key.Key, StringComparer.Ordinal),
        },
    }));

    private static bool Check(LinkSigner signer, Uri url, JobId job)
    {
        var query = HttpUtility.ParseQueryString(url.Query);
        return signer.IsCallback(job, query["a"], query["k"], query["s"], out _);
    }

    [Fact]
    public void A_callback_url_carries_job_attempt_key_and_signature()
    {
        Uri url = Signer().CallbackUrl(App, "k1", Job, 3);
        Assert.Matches($"^https://app\\.example\\.com/callbacks/{Job}\\?a=3&k=k1&s=[A-Za-z0-9_-]{{43}}$", url.AbsoluteUri);
        Assert.True(Check(Signer(), url, Job));
    }

    [Fact]
    public void Another_jobs_signature_opens_nothing() => Assert.False(Check(Signer(), Signer().CallbackUrl(App, "k1", Job, 1), JobId.New()));

    [Fact]
    public void Another_attempts_signature_opens_nothing()
    {
        Uri url = Signer().CallbackUrl(App, "k1", Job, 1);
        Assert.False(Check(Signer(), new Uri(url.AbsoluteUri.Replace("a=1", "a=2", StringComparison.Ordinal)), Job));
    }

    [Fact]
    public void An_old_key_is_good_until_it_is_taken_away()
    {
        Uri old = Signer().CallbackUrl(App, "k1", Job, 1);
        Assert.True(Check(Signer("k2", ("k1", "first-secret-of-the-tests-0123456789"), ("k2", "second-secret-of-the-tests-0123456789")), old, Job));
        Assert.False(Check(Signer("k2", ("k2", "second-secret-of-the-tests-0123456789")), old, Job));
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("1", "k1", null)]
    [InlineData("1", "k1", "")]
    [InlineData("1", "k1", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("-1", "k1", "x")]
    [InlineData("1", "nobody", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Wrong_or_missing_parts_open_nothing(string? attempt, string? key, string? signature) =>
        Assert.False(Signer().IsCallback(Job, attempt, key, signature, out _));

    [Fact]
    public void A_signature_has_one_spelling()
    {
        var query = HttpUtility.ParseQueryString(Signer().CallbackUrl(App, "k1", Job, 1).Query);
        string signature = query["s"]!;
        // The last character of 43 carries two bits that mean nothing: with them set, a lax decoder would read the same bytes.
        string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        foreach (int bits in (int[])[1, 2, 3])
        {
            string other = signature[..^1] + alphabet[alphabet.IndexOf(signature[^1], StringComparison.Ordinal) ^ bits];
            Assert.False(Signer().IsCallback(Job, "1", "k1", other, out _));
        }
    }

    [Fact]
    public void A_signature_for_one_kind_of_link_is_worth_nothing_on_another()
    {
        LinkSigner signer = Signer();
        string video = signer.SignVideo("k1", Job, 1);
        Assert.True(signer.IsVideo(Job, null, "1", "k1", video, out _));
        Assert.False(signer.IsCallback(Job, "1", "k1", video, out _));
    }

    [Fact]
    public void An_image_link_is_good_for_its_client_and_image_alone()
    {
        LinkSigner signer = Signer();
        string sha = new('a', 64);
        var query = HttpUtility.ParseQueryString(signer.ImageUrl(App, "k1", "alice", sha, 1_800_000_000).Query);
        Assert.True(signer.IsImage(sha, query["c"], query["e"], query["k"], query["s"], out DateTimeOffset end));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000), end);
        Assert.False(signer.IsImage(sha, "bob", query["e"], query["k"], query["s"], out _));
        Assert.False(signer.IsImage(new string('b', 64), "alice", query["e"], query["k"], query["s"], out _));
        Assert.False(signer.IsImage(sha, "alice", "1900000000", query["k"], query["s"], out _));
        Assert.False(signer.IsImage(sha, "alice", "99999999999999999", query["k"], query["s"], out _));
    }
}
