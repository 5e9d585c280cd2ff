using Azure;
using Azure.Identity;
using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Tests.Generations;

public sealed class FailureTextTests
{
    [Fact]
    public void Links_are_left_out_for_they_may_be_signed()
    {
        string text = FailureText.Of(new InvalidOperationException("GET https://files.example/v.mp4?sig=secret failed, see http://a.b/c."));

        Assert.Equal("InvalidOperationException: GET (link) failed, see (link)", text);
    }

    [Fact]
    public void Of_a_failure_of_storage_status_and_code_are_told_and_nothing_of_the_account()
    {
        RequestFailedException failure = new(403, "This request is not authorized.\nRequestId:1\nhttps://account.blob.core.windows.net", "AuthorizationFailure", null);

        Assert.Equal("RequestFailedException: 403 AuthorizationFailure", FailureText.Of(failure));
        Assert.Equal("RequestFailedException: 403 AuthorizationFailure", FailureText.Of(new AggregateException("Retry failed after 6 tries.", failure)));
    }

    [Fact]
    public void A_message_of_any_length_is_cut_to_one_line()
    {
        string text = FailureText.Of(new InvalidDataException("First line\r\nsecond"));
        Assert.Equal("InvalidDataException: First line", text);
        Assert.Equal(300, FailureText.Of(new InvalidDataException(string.Concat(Enumerable.Repeat("a-", 100_000)))).Length);
    }

    [Fact]
    public void Storage_is_known_also_behind_retries_and_where_there_is_no_token()
    {
        Assert.True(FailureText.IsStorage(new AggregateException(new InvalidOperationException(), new RequestFailedException(503, "busy"))));
        Assert.True(FailureText.IsStorage(new AuthenticationFailedException("no token")));
        Assert.True(FailureText.IsStorage(new InvalidOperationException("What is there is another video.", new RequestFailedException(409, "exists"))));
        Assert.False(FailureText.IsStorage(new InvalidOperationException()));
        Assert.False(FailureText.IsStorage(new AggregateException()));
    }
}
