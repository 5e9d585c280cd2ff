using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Evolink.Simulator.Tests;

public sealed class HappyPathTests
{
    [Fact]
    public async Task A_submit_is_answered_as_the_contract_shows()
    {
        await using Api api = await Api.StartAsync(Api.Instant with { TaskDuration = TimeSpan.FromSeconds(120) });

        using HttpResponseMessage response = await api.PostAsync(Api.Request());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.Contains("x-request-id"));
        JsonObject body = await Api.JsonAsync(response);
        Assert.Matches("^task-unified-[0-9]+-[a-z0-9]{8}$", body["id"]!.GetValue<string>());
        body.Remove("id");
        body.Remove("created");
        Assert.Equal(
            """{"model":"wan2.6-image-to-video","object":"video.generation.task","progress":0,"status":"pending","task_info":{"can_cancel":true,"estimated_time":120},"type":"video","usage":{"billing_rule":"per_second","credits_reserved":50,"user_group":"default"}}""",
            body.ToJsonString());
    }

    [Fact]
    public async Task A_finished_task_has_a_link_to_a_video_whose_hash_the_ledger_knows()
    {
        await using Api api = await Api.StartAsync();

        string id = await api.SubmitAsync();
        byte[] video = await api.DownloadVideoAsync(id);

        LedgerReport ledger = await api.Simulator.ReadLedgerAsync(cancellationToken: TestContext.Current.CancellationToken);
        TaskReport task = Assert.Single(ledger.Tasks);
        Assert.Equal(new VideoReport(video.Length, Convert.ToHexStringLower(SHA256.HashData(video))), task.Video);
        Assert.Equal((1, 1), (task.Reads, task.Downloads));
        Charge charge = Assert.Single(ledger.Charges);
        Assert.Equal((id, SimulatorOptions.DevelopmentAccount, 50m), (charge.TaskId, charge.Account, charge.Credits));
    }

    [Fact]
    public async Task Credits_go_down_by_what_was_charged()
    {
        await using Api api = await Api.StartAsync(Api.Instant with { StartingCredits = 200 });
        JsonObject request = Api.Request();
        request["duration"] = 10;
        request["quality"] = "1080p";
        await api.SubmitAsync(request);

        JsonNode credits = JsonNode.Parse(await api.Http.GetStringAsync("/v1/credits", TestContext.Current.CancellationToken))!;
        using HttpResponseMessage tooMuch = await api.PostAsync(request);

        Assert.True(credits["success"]!.GetValue<bool>());
        Assert.Equal(50m, credits["data"]!["user"]!["remaining_credits"]!.GetValue<decimal>());
        Assert.Equal(HttpStatusCode.PaymentRequired, tooMuch.StatusCode);
        Assert.Equal("insufficient_quota", await Api.ErrorCodeAsync(tooMuch));
    }
}
