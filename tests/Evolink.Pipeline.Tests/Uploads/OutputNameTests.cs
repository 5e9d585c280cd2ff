using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Uploads;

namespace Evolink.Pipeline.Tests.Uploads;

/// <summary>Names of videos, made from names of uploads: anybody's text.</summary>
public sealed class OutputNameTests
{
    private const string Usual = "{folder}/{name}.mp4";

    private static readonly JobId Id = JobId.Parse("gen-aaaaaaaaaaaaaaaaaaaaaaaaaa");

    [Theory]
    [InlineData(Usual, "shop/cats/tom.png", "shop/cats/tom.mp4")]
    [InlineData(Usual, "tom.png", "tom.mp4")]
    [InlineData(Usual, "shop/v1.2/tom", "shop/v1.2/tom.mp4")]
    [InlineData(Usual, "shop/.png", "shop/.png.mp4")]
    [InlineData(Usual, "a cat, with spaces & ünïcödé.png", "a cat, with spaces & ünïcödé.mp4")]
    [InlineData("{folder}/{name}-{extension}.mp4", "shop/tom.jpg", "shop/tom-jpg.mp4")]
    [InlineData("videos/{id}.mp4", "shop/tom.jpg", "videos/gen-aaaaaaaaaaaaaaaaaaaaaaaaaa.mp4")]
    [InlineData(Usual, "{id}/{folder}{name}.png", "{id}/{folder}{name}.mp4")]
    [InlineData(Usual, "a//b///tom.png", "a/b/tom.mp4")]
    [InlineData(Usual, "a\\..\\b/to\u0000m\n.png", "a_.._b/to_m_.mp4")]
    [InlineData("{folder}/{name}", "shop/tom..png", "shop/tom_")]
    [InlineData("{folder}/{name}", "../../tom.png", "__/__/tom")]
    [InlineData("{folder}/{name}", ".../tom.png", "___/tom")]
    [InlineData(Usual, "🎹.png", "🎹.mp4")]
    public void A_name_is_what_the_template_says_and_what_storage_and_clients_take(string template, string upload, string name) =>
        Assert.Equal(name, OutputName.Render(template, upload, Id));

    // A test's arguments are written as UTF-8, which has no half pairs.
    [Fact]
    public void Half_a_surrogate_pair_is_replaced() =>
        Assert.Equal("half_a pair.mp4", OutputName.Render(Usual, $"half{(char)0xD83D}a pair.png", Id));

    [Fact]
    public void A_name_that_is_too_long_or_comes_out_empty_is_the_jobs_id()
    {
        Assert.Equal($"{Id}.mp4", OutputName.Render(Usual, $"{new string('a', 980)}.png", Id));
        Assert.Equal($"{Id}.mp4", OutputName.Render("{name}", "/", Id));
    }

    [Theory]
    [InlineData(Usual, true)]
    [InlineData("{name}.mp4", true)]
    [InlineData("out/{id}", true)]
    [InlineData("{folder}.mp4", false)] // one name for all of a folder
    [InlineData("{name}/video.mp4", false)]
    [InlineData("video.mp4", false)]
    [InlineData("/{name}.mp4", false)]
    [InlineData("../{name}.mp4", false)]
    [InlineData("{Name}.mp4", false)]
    [InlineData("{name}{date}.mp4", false)]
    [InlineData("a\\{name}.mp4", false)]
    [InlineData("", false)]
    public void A_template_names_each_video_of_a_folder_apart(string template, bool isOne) => Assert.Equal(isOne, OutputName.IsTemplate(template));
}
