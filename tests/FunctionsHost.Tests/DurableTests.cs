using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FunctionsHost.Tests.Support;

namespace FunctionsHost.Tests;

/// <summary>The app's own Durable extension and the worker's own client, on storage.</summary>
public sealed class DurableTests(SharedApp shared)
{
    private readonly SampleApp _app = shared.App;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_chain_hands_each_result_on()
    {
        Instance chain = await _app.RunAsync("Chain", "cat");

        Assert.Equal("Completed", chain.Status);
        Assert.Equal("hello hello hello cat", chain.Output<string>());
    }

    [Fact]
    public async Task Activities_fan_out_and_in()
    {
        Instance fanOut = await _app.RunAsync("FanOut", 20);

        Assert.Equal(2870, fanOut.Output<int>());
    }

    [Fact]
    public async Task A_sub_orchestration_answers_its_parent_under_the_id_it_was_given()
    {
        string id = await _app.StartAsync("Parent", "cat");

        Assert.Equal("my child says: hello hello hello cat", (await _app.ResultAsync(id)).Output<string>());
        Assert.Equal("Completed", (await _app.StatusAsync($"{id}-child"))?.Status);
    }

    [Fact]
    public async Task A_durable_timer_fires()
    {
        Instance nap = await _app.RunAsync("Nap", 2);

        // Up to a second early: visibility on Azure Storage is in whole seconds.
        Assert.InRange(nap.Output<TimeSpan>(), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task An_event_ends_the_wait_and_the_custom_status_follows()
    {
        string id = await _app.StartAsync("Approval", null);
        await _app.WaitForStatusAsync(id, "Running", "\"waiting\"");

        await _app.ManageAsync("approved", id, "me");

        Instance ended = await _app.ResultAsync(id);
        Assert.Equal("approved by me", ended.Output<string>());
        Assert.Equal("\"done\"", ended.SerializedCustomStatus);
    }

    [Fact]
    public async Task A_failed_activity_shows_type_message_and_inner_failure_to_the_orchestrator()
    {
        Instance caught = await _app.RunAsync("Catch", "no luck");

        Assert.Equal("System.InvalidOperationException: no luck / System.FormatException: the reason", caught.Output<string>());
    }

    [Fact]
    public async Task A_failure_that_nobody_catches_fails_the_instance()
    {
        Instance failed = await _app.RunAsync("Uncaught", "no luck");

        Assert.Equal("Failed", failed.Status);
        Assert.Contains("no luck", failed.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_retry_policy_runs_a_failing_activity_again()
    {
        using TempFolder folder = new();
        string stumbling = folder.Write("fail");
        string id = await _app.StartAsync("Guarded", new { Folder = folder.Path, Tries = 100 });
        await folder.WaitForAsync("started-2");

        File.Delete(stumbling);
        folder.Write("go");

        Assert.StartsWith("passed at run ", (await _app.ResultAsync(id)).Output<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_retry_policy_gives_up_at_last()
    {
        using TempFolder folder = new();
        folder.Write("fail");

        Instance failed = await _app.ResultAsync(await _app.StartAsync("Guarded", new { Folder = folder.Path, Tries = 2 }));

        Assert.Equal("Failed", failed.Status);
        Assert.Contains("run 2 fails", failed.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContinueAsNew_starts_over_with_a_new_history()
    {
        string id = await _app.StartAsync("Countdown", 3);

        Assert.Equal("lift-off", (await _app.ResultAsync(id)).Output<string>());
        Assert.DoesNotContain("TaskScheduled", await HistoryAsync(id));
    }

    [Fact]
    public async Task Terminate_ends_an_instance()
    {
        string id = await _app.StartAsync("Approval", null);
        await _app.WaitForStatusAsync(id, "Running", "\"waiting\"");

        await _app.ManageAsync("terminate", id, "not needed");

        Instance ended = await _app.ResultAsync(id);
        Assert.Equal("Terminated", ended.Status);
        Assert.Contains("not needed", ended.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_happens_while_an_instance_is_suspended_takes_effect_when_it_is_resumed()
    {
        string id = await _app.StartAsync("Approval", null);
        await _app.WaitForStatusAsync(id, "Running", "\"waiting\"");

        await _app.ManageAsync("suspend", id);
        await _app.WaitForStatusAsync(id, "Suspended");
        await _app.ManageAsync("approved", id, "me");
        await _app.ManageAsync("resume", id);

        Assert.Equal("approved by me", (await _app.ResultAsync(id)).Output<string>());
    }

    [Fact]
    public async Task Purge_forgets_what_has_ended()
    {
        string id = await _app.StartAsync("Chain", "cat");
        await _app.ResultAsync(id);

        Assert.Equal("1", await _app.ManageAsync("purge", id));
        Assert.Equal("0", await _app.ManageAsync("purge", id));
        using HttpResponseMessage status = await _app.Http.GetAsync($"status/{id}", Cancelled);
        Assert.Equal(HttpStatusCode.NotFound, status.StatusCode);
    }

    [Fact]
    public async Task The_history_tells_what_happened_in_order()
    {
        string id = await _app.StartAsync("Chain", "cat");
        await _app.ResultAsync(id);

        string[] happened = [.. (await HistoryAsync(id)).Where(step => step.StartsWith("Task", StringComparison.Ordinal) || step.StartsWith("Execution", StringComparison.Ordinal))];
        Assert.Equal(
            ["ExecutionStarted", "TaskScheduled", "TaskCompleted", "TaskScheduled", "TaskCompleted", "TaskScheduled", "TaskCompleted", "ExecutionCompleted"], happened);
    }

    [Fact]
    public async Task Instances_are_found_by_the_beginning_of_their_ids()
    {
        string prefix = Guid.NewGuid().ToString("N");
        foreach (string id in new[] { "a", "b" })
            await _app.ResultAsync(await _app.StartAsync("Chain", "cat", $"{prefix}-{id}"));

        string[] found = (await _app.Http.GetFromJsonAsync<string[]>($"instances/{prefix}", Cancelled))!;

        Assert.Equal([$"{prefix}-a", $"{prefix}-b"], found.Order());
    }

    [Fact]
    public async Task An_entity_keeps_its_state()
    {
        string id = Guid.NewGuid().ToString("N");
        using (await _app.Http.PostAsync($"count/{id}", null, Cancelled))
        using (await _app.Http.PostAsync($"count/{id}", null, Cancelled))
            await Eventually.GetAsync(async () => await _app.Http.GetStringAsync($"count/{id}", Cancelled) == "2" ? "2" : null);
    }

    [Fact]
    public async Task The_extensions_own_HTTP_API_answers_where_it_is_opened()
    {
        Uri api = new(_app.Host.BaseUrl, "runtime/webhooks/durabletask/");
        using HttpResponseMessage started = await _app.Http.PostAsync(new Uri(api, "orchestrators/Chain"), JsonContent.Create("cat"), Cancelled);
        string id = (await started.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("id").GetString()!;
        await _app.ResultAsync(id);

        JsonElement status = await _app.Http.GetFromJsonAsync<JsonElement>(new Uri(api, $"instances/{id}"), Cancelled);

        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        Assert.StartsWith(new Uri(api, $"instances/{id}").ToString(), started.Headers.Location?.ToString(), StringComparison.Ordinal);
        Assert.Equal("Completed", status.GetProperty("runtimeStatus").GetString());
    }

    private async Task<string[]> HistoryAsync(string id) => (await _app.Http.GetFromJsonAsync<string[]>($"history/{id}", Cancelled))!;
}
