namespace Evolink.Client.Tests;

public sealed class VideoGenerationRequestValidatorTests
{
    [Fact]
    public void The_seeds_example_with_an_image_is_valid() => Assert.Empty(VideoGenerationRequestValidator.Validate(Clients.Cat));

    [Fact]
    public void A_request_that_uses_everything_is_valid() => Assert.Empty(VideoGenerationRequestValidator.Validate(Clients.Cat with
    {
        Duration = 15,
        Quality = "1080p",
        PromptExtend = true,
        ModelParams = new VideoModelParameters { ShotType = "multi" },
        AudioUrl = "https://help-static-aliyun-doc.aliyuncs.com/file-manage-files/xxx.MP3?v=1",
        CallbackUrl = "https://your-domain.com/webhooks/video-task-completed?secret=1",
    }));

    [Fact]
    public void The_seeds_bare_example_lacks_only_its_image() =>
        Assert.Equal(["image_urls"], Params(new VideoGenerationRequest { Prompt = "A cat playing piano" }));

    [Fact]
    public void All_mistakes_are_reported_at_once()
    {
        var issues = VideoGenerationRequestValidator.Validate(new VideoGenerationRequest
        {
            Model = "sora",
            Prompt = " ",
            Duration = 16,
            Quality = "4k",
            ImageUrls = ["http://example.com/a.png", "https://10.0.0.1/b.png"],
            PromptExtend = false,
            ModelParams = new VideoModelParameters { ShotType = "double" },
            AudioUrl = "https://example.com/a.wav",
            CallbackUrl = "https://localhost/hook",
        });

        Assert.Equal(
            [
                ("model", ValidationCodes.NotSupported), ("prompt", ValidationCodes.Required), ("duration", ValidationCodes.OutOfRange),
                ("quality", ValidationCodes.NotSupported), ("image_urls", ValidationCodes.OutOfRange), ("image_urls[0]", ValidationCodes.NotHttps),
                ("image_urls[1]", ValidationCodes.NotPublic), ("model_params.shot_type", ValidationCodes.NotSupported),
                ("model_params.shot_type", ValidationCodes.Conflict), ("audio_url", ValidationCodes.NotSupported),
                ("callback_url", ValidationCodes.NotPublic),
            ],
            issues.Select(issue => (issue.Param, issue.Code)));
        Assert.All(issues, issue => Assert.StartsWith(issue.Param, issue.Message));
    }

    [Theory]
    [InlineData("x", 1500, true), InlineData("x", 1501, false)]
    [InlineData("\U0001F431", 1500, true), InlineData("\U0001F431", 1501, false)]
    [InlineData("é", 1500, true), InlineData("\n", 1, false)]
    public void The_prompt_is_counted_in_code_points(string character, int count, bool valid) =>
        Assert.Equal(valid, IsValid(Clients.Cat with { Prompt = string.Concat(Enumerable.Repeat(character, count)) }));

    [Theory]
    [InlineData(null), InlineData(""), InlineData(" \t\r\n"), InlineData("\u2003")]
    public void A_blank_prompt_is_missing(string? prompt) =>
        Assert.Equal(ValidationCodes.Required, Only(Clients.Cat with { Prompt = prompt }).Code);

    [Theory]
    [InlineData("\u200B", "U+200B"), InlineData("\uFEFF", "U+FEFF"), InlineData("\u00AD\u2060", "U+00AD"), InlineData("\u2800", "U+2800")]
    [InlineData("\u3164", "U+3164"), InlineData("\0", "U+0000"), InlineData(" \u200D \n", "U+200D"), InlineData("\u115F\u1160\uFFA0", "U+115F")]
    [InlineData("\uFE0F", "U+FE0F"), InlineData("\u034F", "U+034F"), InlineData("\U000E0020\U000E007F", "U+E0020"), InlineData("\u202E\u2066", "U+202E")]
    [InlineData("\u0301", "U+0301"), InlineData("\u0085\u001B", "U+001B"), InlineData("\uFFFF", "U+FFFF"), InlineData("\U0001D159", "U+1D159")]
    public void A_prompt_without_a_visible_character_is_blank_and_what_it_has_is_named(string prompt, string name)
    {
        var issue = Only(Clients.Cat with { Prompt = prompt });
        Assert.Equal(ValidationCodes.Required, issue.Code);
        Assert.Contains("blank", issue.Message);
        Assert.Contains(name, issue.Message);
    }

    [Theory]
    [InlineData("a\0b", "U+0000"), InlineData("a cat\u001B[0m", "U+001B"), InlineData("\ba", "U+0008"), InlineData("a\fb", "U+000C"), InlineData("a\u007F", "U+007F")]
    public void A_control_character_is_named(string prompt, string name)
    {
        var issue = Only(Clients.Cat with { Prompt = prompt });
        Assert.Equal(ValidationCodes.Malformed, issue.Code);
        Assert.Contains(name, issue.Message);
    }

    [Theory]
    [InlineData("a"), InlineData("."), InlineData("猫"), InlineData("🐈"), InlineData("👩‍👩‍👧"), InlineData("A cat\r\n\tplaying\u200B piano"), InlineData("❤️"), InlineData("की")]
    [InlineData("\uE000"), InlineData("\u0378"), InlineData("e\u0301"), InlineData("\uFEFFa cat"), InlineData("5"), InlineData("€")]
    public void One_visible_character_is_enough(string prompt) => Assert.True(IsValid(Clients.Cat with { Prompt = prompt }));

    [Theory]
    [InlineData(0xD83D, 'x'), InlineData(0xDC31, 'x'), InlineData('x', 0xD83D), InlineData(0xDC31, 0xD83D)]
    public void Half_of_a_surrogate_pair_is_refused(int first, int second) =>
        Assert.Equal(ValidationCodes.Malformed, Only(Clients.Cat with { Prompt = new string([(char)first, (char)second]) }).Code);

    [Theory]
    [InlineData(null, true), InlineData(2, true), InlineData(15, true)]
    [InlineData(1, false), InlineData(16, false), InlineData(0, false), InlineData(-2, false), InlineData(int.MaxValue, false)]
    public void A_duration_is_2_to_15_seconds(int? duration, bool valid) => Assert.Equal(valid, IsValid(Clients.Cat with { Duration = duration }));

    [Theory]
    [InlineData(null, true), InlineData("720p", true), InlineData("1080p", true)]
    [InlineData("720P", false), InlineData("480p", false), InlineData("", false)]
    public void Quality_is_one_of_two(string? quality, bool valid) => Assert.Equal(valid, IsValid(Clients.Cat with { Quality = quality }));

    [Theory]
    [InlineData("single", null, true), InlineData("multi", true, true), InlineData(null, false, true)]
    [InlineData("single", false, false), InlineData("Multi", true, false), InlineData("", null, false)]
    public void A_shot_type_needs_prompt_rewriting(string? shotType, bool? promptExtend, bool valid) => Assert.Equal(valid,
        IsValid(Clients.Cat with { PromptExtend = promptExtend, ModelParams = new VideoModelParameters { ShotType = shotType } }));

    [Theory]
    [InlineData(null), InlineData(""), InlineData("wan2.6"), InlineData("WAN2.6-image-to-video")]
    public void Only_the_one_model_is_known(string? model) => Assert.Equal(["model"], Params(Clients.Cat with { Model = model }));

    [Theory]
    [InlineData("http://example.com/a.png", ValidationCodes.NotHttps)]
    [InlineData("ftp://example.com/a.png", ValidationCodes.NotHttps)]
    [InlineData("data:image/png;base64,AAAA", ValidationCodes.NotHttps)]
    [InlineData("file:///etc/passwd", ValidationCodes.NotHttps)]
    [InlineData("/etc/passwd", ValidationCodes.Malformed)]
    [InlineData("//example.com/a.png", ValidationCodes.Malformed)]
    [InlineData("image.png", ValidationCodes.Malformed)]
    [InlineData("https:example.com/a.png", ValidationCodes.Malformed)]
    [InlineData("https:\\\\example.com\\a.png", ValidationCodes.Malformed)]
    [InlineData(" https://example.com/a.png", ValidationCodes.Malformed)]
    [InlineData("https://example.com/a b.png", ValidationCodes.Malformed)]
    [InlineData("https://example.com/a.png\n", ValidationCodes.Malformed)]
    [InlineData("https://example.com:99999/a.png", ValidationCodes.Malformed)]
    [InlineData("https:///a.png", ValidationCodes.Malformed)]
    [InlineData("", ValidationCodes.Required)]
    [InlineData("https://user:pass@example.com/a.png", ValidationCodes.CredentialsInUrl)]
    [InlineData("https://@example.com/a.png", ValidationCodes.CredentialsInUrl)]
    [InlineData("https://example.com%2f@10.0.0.1/a.png", ValidationCodes.CredentialsInUrl)]
    [InlineData("https://127.0.0.1/a.png", ValidationCodes.NotPublic)]
    [InlineData("https://0x7f.1/a.png", ValidationCodes.NotPublic)]
    [InlineData("https://169.254.169.254/latest", ValidationCodes.NotPublic)]
    [InlineData("https://[::ffff:10.0.0.1]/a.png", ValidationCodes.NotPublic)]
    [InlineData("https://[fe80::1%25eth0]/a.png", ValidationCodes.NotPublic)]
    [InlineData("https://localhost/a.png", ValidationCodes.NotPublic)]
    [InlineData("https://printer/a.png", ValidationCodes.NotPublic)]
    [InlineData("https://example.com:0/a.png", ValidationCodes.Malformed)]
    [InlineData("https://[2606:4700:4700::1111%25eth0]/a.png", ValidationCodes.NotPublic)]
    [InlineData("https://[2606:4700:4700::1111%2]/a.png", ValidationCodes.NotPublic)]
    [InlineData("https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.com/a.png", ValidationCodes.Malformed)]
    [InlineData("https://example.com/a.png\u200B", ValidationCodes.Malformed)]
    [InlineData("https://example.com/a\u00A0b.png", ValidationCodes.Malformed)]
    public void Links_that_Evolink_could_not_load_are_refused_everywhere(string url, string code)
    {
        Assert.Equal(("image_urls[0]", code), ParamAndCode(Clients.Cat with { ImageUrls = [url] }));
        if (url.Length == 0) return;
        Assert.Equal(("audio_url", code), ParamAndCode(Clients.Cat with { AudioUrl = url }));
        Assert.Equal(("callback_url", code), ParamAndCode(Clients.Cat with { CallbackUrl = url }));
    }

    [Theory]
    [InlineData(" https://example.com/a.png", "before or after"), InlineData("https://example.com/a.png\r\n", "before or after")]
    [InlineData("https://example.com/a b.png", "%20"), InlineData(" https://example.com/a b.png", "index 22"), InlineData("https://exa\nmple.com/", "line break")]
    [InlineData("https:\\\\example.com\\a.png", "backslash"), InlineData("https://example.com:0/", "port 0"), InlineData("https://[2606::1%25lo]/", "zone")]
    public void What_is_wrong_with_a_link_is_told(string url, string words) => Assert.Contains(words, Only(Clients.Cat with { ImageUrls = [url] }).Message);

    [Fact]
    public void A_part_of_a_host_name_has_at_most_63_characters_and_all_of_it_253()
    {
        var longest = new string('a', 63);
        Assert.True(IsValid(Clients.Cat with { ImageUrls = [$"https://{longest}.example.com/a.png"] }));
        Assert.Contains("64 characters", Only(Clients.Cat with { ImageUrls = [$"https://{longest}a.example.com/a.png"] }).Message);
        var tooLong = string.Join('.', Enumerable.Repeat(longest, 4));
        Assert.Equal(ValidationCodes.NotPublic, Only(Clients.Cat with { ImageUrls = [$"https://{tooLong}/a.png"] }).Code);
    }

    [Theory]
    [InlineData("https://example.com/image1.png"), InlineData("HTTPS://EXAMPLE.COM:8443/i"), InlineData("https://a.blob.core.windows.net/c/~*+%20.png?sv=1&sig=a%2Bb/@x")]
    [InlineData("https://example.com/bücher.png#top"), InlineData("https://example.com")]
    public void Public_https_links_pass(string url) => Assert.True(IsValid(Clients.Cat with { ImageUrls = [url], CallbackUrl = url }));

    [Fact]
    public void One_image_is_asked_for_not_none_and_not_two()
    {
        Assert.Equal(ValidationCodes.Required, Only(Clients.Cat with { ImageUrls = null }).Code);
        Assert.Equal(ValidationCodes.Required, Only(Clients.Cat with { ImageUrls = [] }).Code);
        Assert.Equal(ValidationCodes.Required, Only(Clients.Cat with { ImageUrls = [null!] }).Code);
        Assert.Equal(ValidationCodes.OutOfRange, Only(Clients.Cat with { ImageUrls = ["https://example.com/1", "https://example.com/2"] }).Code);
    }

    [Fact]
    public void A_callback_url_has_at_most_2048_characters()
    {
        var longest = "https://example.com/".PadRight(2048, 'x');
        Assert.True(IsValid(Clients.Cat with { CallbackUrl = longest }));
        Assert.Equal(ValidationCodes.TooLong, Only(Clients.Cat with { CallbackUrl = longest + "x" }).Code);
    }

    [Theory]
    [InlineData("http://localhost:7071/a", true), InlineData("http://127.0.0.1:7071/a", true), InlineData("https://[::1]/a", true)]
    [InlineData("http://example.com/a", false), InlineData("http://10.0.0.1/a", false), InlineData("https://10.0.0.1/a", false), InlineData("ftp://127.0.0.1/a", false)]
    public void Loopback_passes_where_development_allows_it(string url, bool valid) =>
        Assert.Equal(valid, VideoGenerationRequestValidator.Validate(Clients.Cat with { ImageUrls = [url] }, new ValidationOptions { AllowLoopback = true }) is []);

    [Fact]
    public void Messages_echo_neither_prompts_nor_link_queries_nor_passwords()
    {
        var issues = VideoGenerationRequestValidator.Validate(new VideoGenerationRequest
        {
            Prompt = "secretprompt " + new string('x', 2000),
            ImageUrls = ["http://example.com/secretpath?secretquery=1", "https://user:secretpassword@example.com/"],
            AudioUrl = "https://example.com/secretpath?secretquery=1",
            CallbackUrl = "https://10.0.0.1/secretpath?secretquery=1",
        });

        Assert.Equal(6, issues.Count);
        Assert.All(issues, issue => Assert.DoesNotContain("secret", issue.Message));
    }

    private static bool IsValid(VideoGenerationRequest request) => VideoGenerationRequestValidator.Validate(request) is [];

    private static ValidationIssue Only(VideoGenerationRequest request) => Assert.Single(VideoGenerationRequestValidator.Validate(request));

    private static (string Param, string Code) ParamAndCode(VideoGenerationRequest request)
    {
        var issue = Only(request);
        return (issue.Param, issue.Code);
    }

    private static IEnumerable<string> Params(VideoGenerationRequest request) =>
        VideoGenerationRequestValidator.Validate(request).Select(issue => issue.Param);
}
