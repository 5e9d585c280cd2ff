using System.Net;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Webhooks;
using Evolink.Testing.Hosting;
using Microsoft.AspNetCore.Http;

namespace EndToEnd.Tests;

/// <summary>An app that is stopped and started again, with other settings where a test wants them.</summary>
public sealed class RestartedApp(Apps apps) : AppFixture(apps, new TestAppOptions { Simulator = Apps.Instant });

/// <summary>What a stop in the midst of work leaves is finished after the next start, and paid once.</summary>
public sealed class RestartTests(RestartedApp restarted) : AppTests(restarted.App), IClassFixture<RestartedApp>
{
    [Fact]
    public async Task Posts_with_one_key_before_and_after_the_app_stopped_among_them_are_one_job_and_one_charge()
    {
        string key = Guid.NewGuid().ToString();
        Task<JobId?>[] posts = [.. Enumerable.Range(0, 50).Select(_ => TryStartAsync(key))];
        JobId id = (await await Task.WhenAny(posts))!.Value;
        await App.StopHostAsync();
        JobId?[] answered = await Task.WhenAll(posts);
        await App.StartHostAsync();
        using HttpClient again = App.Client(Client.Key);
        JobId[] later = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => again.StartAsync(Api.Body(Prompt), key)));
        Assert.All(answered.OfType<JobId>().Concat(later), each => Assert.Equal(id, each));
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
        Assert.Single((await LedgerAsync(id)).Charges);
    }

    [Fact]
    public async Task Jobs_and_calls_to_clients_go_on_where_they_were()
    {
        bool down = true;
        await using Receiver receiver = await Receiver.StartAsync((_, context) =>
        {
            context.Response.StatusCode = down ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK;
            return Task.CompletedTask;
        });
        JobId told = await Client.StartAsync(Api.Body(more: $$""","callback_url":"{{receiver.Url}}hook" """));
        await receiver.CallsAsync(1);
        JobId waiting = await StartStuckAsync();

        await App.StopHostAsync();
        down = false;
        await App.StartHostAsync();
        await ReleaseAsync(waiting);
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(waiting)).State);
        Assert.Single((await LedgerAsync(waiting)).Submits);
        // The second call is due 5 s after the first.
        await App.UntilAsync(told, job => job.Webhook is { State: WebhookState.Delivered });
        Assert.Equal(2, receiver.Calls.Count);
    }

    [Fact]
    public async Task An_operator_saves_a_video_that_was_too_large_before_the_limit_was_raised()
    {
        await App.StopHostAsync();
        await App.StartHostAsync(new Dictionary<string, string?> { ["Evolink:MaxVideoBytes"] = "1000" });
        JobId id;
        using (HttpClient client = App.Client(Client.Key))
            id = await client.StartAsync(Api.Body(Prompt));
        Assert.Equal("result_unusable", (await App.EndOfAsync(id)).Error!.Code);

        await App.StopHostAsync();
        await App.StartHostAsync();
        using HttpClient operators = App.Client(TestApp.OperatorKey);
        using HttpResponseMessage answer = await operators.PostAsync($"v1/tasks/{id}/retry-save", string.Empty);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
    }

    // Null where the app was going, or gone: a client posts the same again.
    private async Task<JobId?> TryStartAsync(string key)
    {
        try
        {
            using HttpResponseMessage response = await Client.GenerateAsync(Api.Body(Prompt), key);
            return response.IsSuccessStatusCode ? JobId.Parse((await response.JsonAsync()).GetProperty("id").GetString()!) : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
