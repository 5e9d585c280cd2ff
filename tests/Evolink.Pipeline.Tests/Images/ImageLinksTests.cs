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
        StoredRequest request = new(new VideoGenerationRequest { Prompt = "A cat", ImageUrls = [link] }, OwnImage: null);
        SubmitIntent intent = new(Base.AbsoluteUri, "k1", null, 1_800_000_000);
        Assert.Equal([link], body.Make(Jobs.Accepted(), 1, request, intent).ImageUrls);
    }
}
