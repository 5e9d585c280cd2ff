using System.Text.Json;
using Microsoft.Playwright;
using Studio.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Studio.Tests;

/// <summary>A wall with 500 jobs. The jobs are made up, in the shape that the app answers in: making them takes longer than looking at them.</summary>
public sealed class WallTests(StudioFixture studio)
{
    private const int Jobs = 500;
    private const int Running = 40;

    [Fact]
    public Task Five_hundred_jobs_scroll_by_while_one_types() => studio.VisitAsync(async visitor =>
    {
        IPage page = visitor.Page;
        int asked = 0, requests = 0;
        await page.RouteAsync("**/v1/tasks**", async route =>
        {
            Uri url = new(route.Request.Url);
            if (url.AbsolutePath.EndsWith("/request", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref requests);
                await route.FulfillAsync(Json(new { prompt = $"Prompt of {url.Segments[^2].Trim('/')}", image_urls = new[] { "https://example.com/cat.png" }, duration = 5 }));
                return;
            }

            System.Collections.Specialized.NameValueCollection query = System.Web.HttpUtility.ParseQueryString(url.Query);
            if (query["ids"] is { } ids)
            {
                asked = ids.Split(',').Length;
                await route.FulfillAsync(Json(new { data = ids.Split(',').Select(id => Job(int.Parse(id[4..], System.Globalization.CultureInfo.InvariantCulture))) }));
                return;
            }

            int from = int.Parse(query["after"] ?? "0", System.Globalization.CultureInfo.InvariantCulture), to = Math.Min(Jobs, from + int.Parse(query["limit"]!, System.Globalization.CultureInfo.InvariantCulture));
            await route.FulfillAsync(Json(new { data = Enumerable.Range(from, to - from).Select(Job), next = to < Jobs ? $"{to}" : null }));
        });
        await visitor.OpenAsync();
        await page.FocusAsync("#prompt");
        int first = await visitor.Cards.CountAsync();
        Assert.True(first < Jobs / 2, "Only what is near the screen is loaded at first.");

        // Scrolls to the end, and types a letter at each step.
        string typed = "";
        for (int step = 0; await visitor.Cards.CountAsync() < Jobs; step++)
        {
            await page.Mouse.MoveAsync(900, 400);
            await page.Mouse.WheelAsync(0, 5000);
            string letter = ((char)('a' + (step % 26))).ToString();
            await page.Keyboard.PressAsync(letter);
            typed += letter;
            Assert.True(step < 500, "The wall does not come to an end.");
        }

        await Expect(page.Locator("#prompt")).ToHaveValueAsync(typed);
        await Expect(page.Locator("#more-to-come")).ToBeHiddenAsync();
        // What is far from the screen is neither drawn nor filled, and one question serves all that runs.
        int drawn = await page.EvaluateAsync<int>("[...document.querySelectorAll('.card article')].filter(e => e.checkVisibility({ contentVisibilityAuto: true })).length");
        Assert.InRange(drawn, 1, 100);
        await page.WaitForResponseAsync(response => response.Url.Contains("ids=", StringComparison.Ordinal));
        Assert.Equal(Running, asked);
        Assert.InRange(requests, 1, Jobs);
        await visitor.Cards.Last.ScrollIntoViewIfNeededAsync();
        await Expect(visitor.Cards.Last.Locator(".prompt")).ToHaveTextAsync($"Prompt of gen-{Jobs - 1}");
    });

    private static object Job(int number) => new
    {
        id = $"gen-{number}",
        created = 1_790_000_000 - number,
        status = number < Running ? "processing" : "completed",
        phase = number < Running ? "waiting" : "completed",
        progress = number < Running ? 40 : 100,
        task_info = new { can_cancel = number < Running, estimated_time = 20 },
        usage = new { credits_reserved = 50 },
    };

    private static RouteFulfillOptions Json(object body) => new() { ContentType = "application/json", Body = JsonSerializer.Serialize(body) };
}
