using Microsoft.Playwright;
using Studio.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Studio.Tests;

/// <summary>The first load, and what becomes of the key.</summary>
public sealed class KeyTests(StudioFixture studio)
{
    private const int MostBytes = 60_000;

    [Fact]
    public Task The_first_load_is_small_and_comes_from_the_app_alone() => studio.VisitAsync(async visitor =>
    {
        ICDPSession devTools = await visitor.Page.Context.NewCDPSessionAsync(visitor.Page);
        await devTools.SendAsync("Network.enable");
        double bytes = 0;
        devTools.Event("Network.loadingFinished").OnEvent += (_, parameters) => bytes += parameters!.Value.GetProperty("encodedDataLength").GetDouble();
        List<string> addresses = [];
        visitor.Page.Request += (_, request) => addresses.Add(request.Url);

        await visitor.OpenAsync();
        await visitor.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);

        Assert.InRange(bytes, 1, MostBytes);
        Assert.All(addresses, address => Assert.StartsWith(visitor.Home.AbsoluteUri, address, StringComparison.Ordinal));
        Assert.DoesNotContain(addresses, address => address.Contains(visitor.Key, StringComparison.Ordinal));
    });

    [Fact]
    public Task A_key_in_the_link_leaves_the_address_and_lives_in_the_tab_only() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        Assert.Equal(visitor.Home.AbsoluteUri, visitor.Page.Url);
        Assert.Equal(visitor.Key, await visitor.Page.EvaluateAsync<string>("sessionStorage.getItem('evolink.key')"));
        Assert.Equal(0, await visitor.Page.EvaluateAsync<int>("localStorage.length"));
        Assert.Empty(await visitor.Page.Context.CookiesAsync());

        await visitor.Page.ReloadAsync();
        await Expect(visitor.Page.Locator("#empty")).ToBeVisibleAsync();
        IPage tab = await visitor.Page.Context.NewPageAsync();
        await tab.GotoAsync(visitor.Home.AbsoluteUri);
        await Expect(tab.Locator("#key-dialog")).ToBeVisibleAsync();
    });

    [Fact]
    public Task A_wrong_key_is_said_to_be_wrong_and_asked_for_again() => studio.VisitAsync(async visitor =>
    {
        visitor.Expected.Add("401");
        await visitor.Page.GotoAsync($"{visitor.Home}#key=not-a-key-of-this-app");
        await Expect(visitor.Page.Locator("#key-problem")).ToHaveTextAsync("The app does not know this key.");
        await visitor.Page.FillAsync("#key", visitor.Key);
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor.Page.Locator("#key-dialog")).ToBeHiddenAsync();
        await Expect(visitor.Page.Locator("#empty")).ToBeVisibleAsync();
    });

    [Fact]
    public Task A_link_with_another_key_replaces_the_visitors_own_only_when_the_visitor_says_so() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        const string other = "a-key-that-somebody-else-sent";
        await FollowAsync(other, "Keep my key");
        Assert.Equal(visitor.Key, await visitor.Page.EvaluateAsync<string>("sessionStorage.getItem('evolink.key')"));
        Assert.Equal(visitor.Home.AbsoluteUri, visitor.Page.Url);

        visitor.Expected.Add("401");
        await FollowAsync(other, "Use the link's key");
        await Expect(visitor.Page.Locator("#key-problem")).ToHaveTextAsync("The app does not know this key.");

        async Task FollowAsync(string key, string answer)
        {
            await visitor.Page.EvaluateAsync($"location.hash = 'key={key}'");
            await visitor.Page.GetByRole(AriaRole.Button, new() { Name = answer }).ClickAsync();
            await Expect(visitor.Page.Locator("#replace-dialog")).ToBeHiddenAsync();
        }
    });
}
