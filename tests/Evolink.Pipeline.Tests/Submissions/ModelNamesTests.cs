using Evolink.Pipeline.Submissions;

namespace Evolink.Pipeline.Tests.Submissions;

public sealed class ModelNamesTests
{
    [Theory]
    [InlineData(null, "wan2.6-image-to-video", true)]
    [InlineData("WAN2.6-image-to-video", "wan2.6-image-to-video", true)]
    [InlineData("wan2.6-image-to-video-2026-11", "wan2.6-image-to-video", true)]
    [InlineData("wan2.6-image-to-video-flash", "wan2.6-image-to-video", false)]
    [InlineData("wan2.6-image-to-video", "wan2.6-image-to-video-flash", false)]
    [InlineData("wan2.6-text-to-video", "wan2.6-image-to-video", false)]
    [InlineData("sora-2", "sora-2-pro", true)]
    public void A_task_is_of_the_model_that_was_asked_for_or_of_a_version_of_it_and_not_of_another_known_one(string? told, string asked, bool fits) =>
        Assert.Equal(fits, ModelNames.CanBe(told, asked));
}
