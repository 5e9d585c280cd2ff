using System.Text;
using Evolink.Pipeline.Videos;

namespace Evolink.Pipeline.Tests.Videos;

public sealed class ErrorPageTests
{
    [Theory]
    [InlineData("", "nothing")]
    [InlineData(" \r\n ", "nothing")]
    [InlineData("<!DOCTYPE html><html><head><title>\n Attention Required! | Cloudflare</title>", "an HTML page: \"Attention Required! | Cloudflare\"")]
    [InlineData("<html><body>\n<h1>502 Bad Gateway</h1>", "an HTML page: \"502 Bad Gateway\"")]
    [InlineData("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message>", "an XML page: \"AccessDenied\"")]
    [InlineData("{\"error\":{\"code\":\"not_found\"}}\n{}", "JSON: \"{\"error\":{\"code\":\"not_found\"}}\"")]
    [InlineData("upstream connect error\r\nmore", "text: \"upstream connect error\"")]
    [InlineData("see https://a.example/b?sig=SECRET please", "text: \"see ... please\"")]
    [InlineData("token aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "text: \"token ...\"")]
    public void A_page_is_told_by_kind_and_first_line_without_what_may_be_secret(string page, string told) =>
        Assert.Equal(told, ErrorPage.Describe(Encoding.UTF8.GetBytes(page)));

    [Fact]
    public void Binary_data_is_not_quoted() => Assert.Equal("binary data", ErrorPage.Describe([1, 2, 3, 0x89]));
}
