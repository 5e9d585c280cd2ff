using System.Net;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>An app that Evolink cannot reach.</summary>
public sealed class PollingApp(Apps apps) : AppFixture(apps, new TestAppOptions
{
    Simulator = new SimulatorOptions { AllowLoopback = true, TaskDuration = TimeSpan.Zero },
    Settings = new Dictionary<string, string?> { ["Evolink:PublicBaseUrl"] = null, ["Evolink:AskTaskList"] = "false" },
});

/// <summary>Without a public address: no callbacks, and images by Evolink's Files API.</summary>
public sealed class PollingTests(PollingApp polling) : AppTests(polling.App), IClassFixture<PollingApp>
{
    [Fact]
    public async Task It_polls_and_the_image_goes_through_the_files_api()
    {
        JobId id = await Client.StartAsync(Api.Body(Prompt, await Client.UploadSampleAsync()));
        JobRecord job = await App.EndOfAsync(id);
        Assert.True(job.State == JobState.Completed, job.Error?.ToString());
        Assert.Null(Assert.Single((await LedgerAsync(id)).Tasks).CallbackUrl);
    }

    [Fact]
    public async Task An_operator_attaches_a_task_whose_submit_was_lost_and_its_video_is_saved()
    {
        Order(new FaultScript { Submit = new SubmitFault.Reset(Charged: true) });
        JobId id = await Client.StartAsync(Api.Body(Prompt, await Client.UploadSampleAsync()));
        Assert.Equal("submission_outcome_unknown", (await App.EndOfAsync(id)).Error!.Code);
        string taskId = Assert.Single((await LedgerAsync(id)).Tasks).Id;
        string body = $$"""{"evolink_task_id":"{{taskId}}"}""";

        using HttpResponseMessage refused = await Client.PostAsync($"v1/tasks/{id}/attach", body);
        await refused.AssertErrorAsync(HttpStatusCode.Forbidden, "permission_denied");
        using HttpClient operators = App.Client(TestApp.OperatorKey);
        using HttpResponseMessage unknown = await operators.PostAsync($"v1/tasks/{id}/attach", """{"evolink_task_id":"task-unified-1-nothere0"}""");
        await unknown.AssertErrorAsync(HttpStatusCode.Conflict, "task_not_readable");
        using HttpResponseMessage attached = await operators.PostAsync($"v1/tasks/{id}/attach", body);
        Assert.True(attached.StatusCode == HttpStatusCode.OK, await attached.Content.ReadAsStringAsync());

        JobRecord job = await App.EndOfAsync(id);
        Assert.Equal((JobState.Completed, 2), (job.State, job.Revision));
        Assert.Single((await LedgerAsync(id)).Charges);
        using HttpResponseMessage again = await operators.PostAsync($"v1/tasks/{id}/attach", body);
        await again.AssertErrorAsync(HttpStatusCode.Conflict, "job_has_video");
    }
}
