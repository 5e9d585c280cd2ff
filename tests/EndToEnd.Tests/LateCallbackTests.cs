using System.Net.Http.Json;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>An app at a provider that neither honours a key nor lists the account's tasks, and with a window that is soon over.</summary>
public sealed class ListlessApp(Apps apps) : AppFixture(apps, new TestAppOptions
{
    Simulator = new SimulatorOptions
    {
        AllowLoopback = true,
        TaskDuration = TimeSpan.Zero,
        FetchImages = false,
        Idempotency = IdempotencySupport.Off,
        AccountRoutes = AccountRoutes.None,
    },
    Settings = new Dictionary<string, string?> { ["Evolink:RecoveryWindow"] = "00:00:02" },
});

/// <summary>A submit whose answer was lost, and whose callback comes when its job was given up.</summary>
public sealed class LateCallbackTests(ListlessApp listless) : AppTests(listless.App), IClassFixture<ListlessApp>
{
    [Fact]
    public async Task A_callback_after_the_window_opens_the_next_revision_and_the_video_is_saved()
    {
        JobId id = await StartAsync(new FaultScript { Submit = new SubmitFault.Reset(Charged: true), Callbacks = [new CallbackFault.Never()] });
        Assert.Equal("submission_outcome_unknown", (await App.EndOfAsync(id)).Error!.Code);
        string task = Assert.Single((await LedgerAsync(id)).Tasks).Id;
        using HttpClient operators = App.Client(TestApp.OperatorKey);
        JsonElement lost = await operators.GetFromJsonAsync<JsonElement>("v1/submits/lost");
        Assert.Contains(id.Value, lost.GetProperty("data").EnumerateArray().Select(each => each.GetProperty("id").GetString()));
        Assert.False(lost.GetProperty("account_listed").GetBoolean());

        using HttpClient control = new();
        using HttpResponseMessage called = await control.PostAsync(new Uri(App.Simulator.BaseUrl, $"/_simulator/tasks/{task}/callback"), null);
        Assert.Equal(204, (await called.Content.ReadFromJsonAsync<JsonElement>())[0].GetProperty("status").GetInt32());

        JobRecord job = await App.UntilAsync(id, record => record.State == JobState.Completed);
        Assert.Equal((2, task), (job.Revision, job.CurrentAttempt!.TaskId));
        Assert.Single((await LedgerAsync(id)).Charges);
        JsonElement after = await operators.GetFromJsonAsync<JsonElement>("v1/submits/lost");
        Assert.DoesNotContain(id.Value, after.GetProperty("data").EnumerateArray().Select(each => each.GetProperty("id").GetString()));
    }
}
