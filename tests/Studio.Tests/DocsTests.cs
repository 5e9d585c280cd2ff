using Microsoft.Playwright;
using Studio.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Studio.Tests;

/// <summary>The contract's page: rendered by a package, under a policy as tight as the studio's own.</summary>
public sealed class DocsTests(StudioFixture studio)
{
    [Fact]
    public Task Every_operation_is_shown_and_nothing_comes_from_elsewhere() => studio.VisitAsync(async visitor =>
    {
        List<string> addresses = [];
        visitor.Page.Request += (_, request) => addresses.Add(request.Url);

        await visitor.Page.GotoAsync($"{visitor.Home}docs");

        ILocator operation = visitor.Page.Locator("#operations-Generations-createGeneration");
        await operation.GetByRole(AriaRole.Button).First.ClickAsync();
        await Expect(operation.Locator(".responses-table").First).ToContainTextAsync("It is accepted");
        int described = await visitor.Page.EvaluateAsync<int>(
            "async () => Object.values((await (await fetch('/openapi.json')).json()).paths).flatMap(Object.keys).length");
        await Expect(visitor.Page.Locator(".opblock")).ToHaveCountAsync(described);
        Assert.All(addresses, address => Assert.True(
            address.StartsWith(visitor.Home.AbsoluteUri, StringComparison.Ordinal) || address.StartsWith("data:", StringComparison.Ordinal), address));
    });
}
