using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Videos;

namespace Evolink.Pipeline.Tests.Videos;

public sealed class SaveScheduleTests
{
    private static (DateTimeOffset? RetryAt, JobError? Error) After(DownloadFailure failure, int tries, TimeSpan age) =>
        SaveSchedule.After(failure, "why", tries, Jobs.Start, Jobs.Start + age, 0.5);

    [Theory]
    [InlineData(DownloadFailure.LinkDead)]
    [InlineData(DownloadFailure.Unavailable)]
    public void A_paid_video_is_tried_again_until_evolink_drops_it(DownloadFailure failure)
    {
        Assert.NotNull(After(failure, 200, TimeSpan.FromHours(23.9)).RetryAt);
        Assert.Equal("result_expired", After(failure, 200, TimeSpan.FromHours(24)).Error!.Code);
    }

    [Fact]
    public void One_last_try_is_made_at_the_very_end() =>
        Assert.Equal(Jobs.Start + TimeSpan.FromHours(24), After(DownloadFailure.Unavailable, 200, TimeSpan.FromHours(23.99)).RetryAt);

    [Theory]
    [InlineData(DownloadFailure.NotAVideo)]
    [InlineData(DownloadFailure.Incomplete)]
    [InlineData(DownloadFailure.Blocked)]
    public void An_error_page_or_half_a_file_in_place_of_a_video_is_tried_again_as_long(DownloadFailure failure)
    {
        Assert.NotNull(After(failure, 200, TimeSpan.FromHours(23)).RetryAt);
        Assert.Equal("result_unusable", After(failure, 200, TimeSpan.FromHours(24)).Error!.Code);
    }

    [Fact]
    public void What_is_too_large_does_not_become_smaller() =>
        Assert.Equal("result_unusable", After(DownloadFailure.TooLarge, 1, TimeSpan.Zero).Error!.Code);
}
