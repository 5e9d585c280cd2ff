using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Tasks;

namespace Evolink.Pipeline.Tests.Tasks;

public sealed class TaskFailuresTests
{
    private static JobError Of(string message, string code = "service_error") => TaskFailures.Of(
        new VideoTask { Status = VideoTaskStatus.Failed, Error = new VideoTaskError { Code = code, Message = message } });

    [Theory]
    [InlineData("a-", 20_000)]
    [InlineData("a-", 10_000_000)]
    [InlineData("a+.", 10_000_000)]
    [InlineData("x://", 10_000_000)]
    public void The_words_of_a_failed_task_are_read_however_many_there_are(string part, int length)
    {
        JobError error = Of(string.Concat(Enumerable.Repeat(part, length / part.Length)));
        Assert.InRange(error.Message.Length, 1, 500);
        Assert.Equal("service_error", error.Code);
    }

    [Fact]
    public void Links_are_taken_out_also_one_that_goes_on_beyond_what_is_read()
    {
        Assert.Equal(
            "Could not read (link) of the request.", Of("Could not read https://files.example.com/a?sig=secret of the request.").Message);
        string link = $"https://files.example.com/{string.Concat(Enumerable.Repeat("secret", 10_000))}";
        Assert.DoesNotContain("secret", Of($"Could not read {link}").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_code_of_any_length_is_cut() => Assert.Equal(100, Of("No.", new string('c', 200_000)).Code.Length);
}
