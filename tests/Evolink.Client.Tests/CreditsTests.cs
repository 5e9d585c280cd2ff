namespace Evolink.Client.Tests;

public sealed class CreditsTests
{
    [Fact]
    public async Task The_documented_answer_is_read()
    {
        await using var api = await StubApi.StartAsync(200, """
            {"data":{"token":{"remaining_credits":99416.4429,"unlimited_credits":false,"used_credits":583.5571},
             "user":{"remaining_credits":1095.3996,"used_credits":135.9048}},"message":"","success":true}
            """);

        var credits = await api.Client().GetCreditsAsync();

        Assert.Equal(new CreditBalance { Remaining = 1095.3996m, Used = 135.9048m, KeyRemaining = 99416.4429m, KeyIsUnlimited = false }, credits);
        Assert.Equal("/v1/credits", Assert.Single(api.Seen).Target);
    }

    [Theory]
    [InlineData("""{"data":{"user":{"remaining_credits":"12.5"}}}"""), InlineData("""{"remaining_credits":12.5,"token":null}""")]
    public async Task Less_will_do(string body)
    {
        await using var api = await StubApi.StartAsync(200, body);
        Assert.Equal(12.5m, (await api.Client().GetCreditsAsync()).Remaining);
    }

    [Theory]
    [InlineData("""{"success":false,"data":{"user":{"remaining_credits":1}}}"""), InlineData("{}"), InlineData("<html>")]
    public async Task An_answer_without_credits_is_a_failure(string body)
    {
        await using var api = await StubApi.StartAsync(200, body);
        Assert.Equal("unreadable_answer", (await Assert.ThrowsAsync<EvolinkException>(() => api.Client().GetCreditsAsync())).Code);
    }
}
