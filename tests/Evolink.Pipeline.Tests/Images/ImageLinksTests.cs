using Evolink.Client;
using Evolink.Pipeline.Callbacks;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tests.Support;

namespace Evolink.Pipeline.Tests.Images;

public sealed class ImageLinksTests
{
    private static readonly Uri Base = new("https://app.example.com/");
    private static readonly string Image = new('0', 64);

    [Fact]
    public void The_apps_own_image_is_recognised() => Assert.Equal(Image, ImageLinks.Own($"https://app.example.com/v1/images/{Image}", [Base]));

    [Theory]
    [InlineData("https://app.example.com/v1/images/cee4", true)]
    [InlineData("https://APP.example.com:443/", true)]
    [InlineData("http://app.example.com./v1/images/x?c=bob&s=1", true)]
    [InlineData("https://app.example.com:8443/v1/images/x", false)]
    [InlineData("https://app.example.com@evil.example.com/", false)]
    [InlineData("https://example.com/app.example.com", false)]
    [InlineData("/v1/images/x", false)]
    public void A_link_to_the_app_is_recognised_however_it_writes_the_address(string link, bool leadsHere) =>
        Assert.Equal(leadsHere, ImageLinks.LeadsTo(link, [Base]));

    [Fact]
    public void On_one_machine_localhost_is_this_app_too()
    {
        Uri local = new("http://127.0.0.1:7071");
        Assert.Equal(Image, ImageLinks.Own($"http://localhost:7071/v1/images/{Image}", [local]));
        Assert.True(ImageLinks.LeadsTo("http://[::1]:7071/cat.png", [local]));
        Assert.False(ImageLinks.LeadsTo("http://localhost:7072/cat.png", [local]));
    }

    public static TheoryData<string> Others =>
    [
        "https://account.blob.core.windows.net/generations/records/gen-aaaaaaaaaaaaaaaaaaaaaaaaaa.json",
        "https://account.blob.core.windows.net/deployments/released-package.zip",
        $"https://account.blob.core.windows.net/images/bob/{Image}",
        $"https://app.example.com/v1/images/bob/{Image}",
        $"https://app.example.com/v1/images/{Image}?c=bob",
        "https://app.example.com/v1/images/../../generations/records/gen-aaaaaaaaaaaaaaaaaaaaaaaaaa.json",
        $"https://app.example.com@evil.example.com/v1/images/{Image}",
    ];

    [Theory]
    [MemberData(nameof(Others))]
    public void A_record_or_a_deployment_blob_or_anything_else_is_never_signed(string link)
    {
        Assert.Null(ImageLinks.Own(link, [Base]));
        EvolinkOptions options = new() { Callback = { CurrentKey = "k1", Keys = { ["k1"] = "first-secret-of-the-tests-0123456789" } } };
        SubmitBody body = new(new LinkSigner(Microsoft.Extensions.Options.Options.Create(options)));
        VideoGenerationRequest asked = new()
        {
            Prompt = "A cat",
            ImageUrls = [link],
            Reference = "the client's own",
            Metadata = new Dictionary<string, string> { ["shop"] = "cats" },
        };
        SubmitIntent intent = new(Base.AbsoluteUri, "k1", null, 1_800_000_000);
        VideoGenerationRequest sent = body.Make(Jobs.Accepted(), 1, new StoredRequest(asked, []), intent);
        Assert.Equal([link], sent.ImageUrls);
        // Evolink does not know them, and might refuse what it does not know.
        Assert.Equal((null, null), (sent.Reference, sent.Metadata));
    }
}
