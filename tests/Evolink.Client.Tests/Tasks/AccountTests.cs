namespace Evolink.Client.Tests;

public sealed class AccountTests
{
    [Fact]
    public async Task The_list_is_read_page_by_page_with_its_filters_until_its_total_is_there()
    {
        await using StubApi api = await StubApi.StartAsync(
            StubApi.Answer(200, """
                {"data":[{"id":"task-3","status":"processing","model":"m","type":"video","progress":40,"created_at":1767225600,"credits_used":0,"has_results":false},
                 {"id":"task-2","status":"completed","created_at":"1767225599","credits_used":50,"has_results":true,"has_error":false}],"total":3,"page":1,"page_size":2}
                """),
            StubApi.Answer(200, """{"data":[{"id":"task-2","status":"completed"},{"id":"task-1","created_at":1767225590000}],"total":3}"""));

        List<ListedTask> tasks = await ListAsync(api, new TaskListFilter { Status = VideoTaskStatus.Processing, Model = "a b", PageSize = 2 });

        Assert.Equal(["task-3", "task-2", "task-1"], tasks.Select(task => task.Id));
        Assert.Equal(new ListedTask
        {
            Id = "task-3",
            Status = VideoTaskStatus.Processing,
            Model = "m",
            Type = "video",
            Progress = 40,
            CreatedAt = DateTimeOffset.FromUnixTimeSeconds(1767225600),
            CreditsUsed = 0,
            HasResults = false,
        }, tasks[0]);
        Assert.Equal([1767225599, 1767225590], tasks.Skip(1).Select(task => task.CreatedAt!.Value.ToUnixTimeSeconds()));
        Assert.Equal(
            ["/v1/tasks?page=1&page_size=2&status=processing&model=a%20b", "/v1/tasks?page=2&page_size=2&status=processing&model=a%20b"],
            api.Seen.Select(request => request.Target));
    }

    [Fact]
    public async Task A_list_without_a_total_ends_with_an_empty_page()
    {
        await using StubApi api = await StubApi.StartAsync(
            StubApi.Answer(200, """{"data":[{"id":"task-1"}]}"""), StubApi.Answer(502, "<html>"), StubApi.Answer(200, """{"data":[]}"""));

        Assert.Equal("task-1", Assert.Single(await ListAsync(api)).Id);
        Assert.Equal(3, api.Seen.Count);
    }

    [Fact]
    public async Task No_page_is_read_that_nobody_asks_for()
    {
        await using StubApi api = await StubApi.StartAsync(200, """{"data":[{"id":"task-1"}],"total":100}""");

        await foreach (ListedTask task in api.Client().ListTasksAsync())
        {
            Assert.Equal("task-1", task.Id);
            break;
        }

        Assert.Single(api.Seen);
    }

    [Theory]
    [InlineData(404, """{"error":{"code":"not_found","message":"no"}}"""), InlineData(404, "<html>"), InlineData(405, ""), InlineData(501, "")]
    [InlineData(200, "<html>"), InlineData(200, "{}"), InlineData(200, "[]"), InlineData(200, """{"data":"no"}"""), InlineData(200, """{"id":"tasks","status":"x"}""")]
    public async Task What_is_not_offered_is_said_at_once(int status, string body)
    {
        await using StubApi api = await StubApi.StartAsync(status, body);

        EvolinkException[] failures =
        [
            await Assert.ThrowsAsync<EvolinkException>(() => ListAsync(api)),
            await Assert.ThrowsAsync<EvolinkException>(() => api.Client().GetTasksAsync(["task-1"])),
            await Assert.ThrowsAsync<EvolinkException>(() => api.Client().ListModelsAsync()),
        ];

        Assert.All(failures, failure => Assert.Equal((true, false), (failure.IsNotOffered, failure.IsTransient)));
        Assert.Equal(3, api.Seen.Count);
    }

    [Theory]
    [InlineData(500, "{}"), InlineData(429, "{}"), InlineData(401, "{}"), InlineData(403, "<html>"), InlineData(200, "{\"data\":[{\"id\":\"ta")]
    [InlineData(200, """{"error":{"code":"internal_error"}}""")]
    public async Task What_fails_is_not_taken_for_not_offered(int status, string body)
    {
        await using StubApi api = await StubApi.StartAsync(status, body);

        Assert.False((await Assert.ThrowsAsync<EvolinkException>(() => ListAsync(api))).IsNotOffered);
        Assert.False((await Assert.ThrowsAsync<EvolinkException>(() => api.Client().GetTasksAsync(["task-1"]))).IsNotOffered);
    }

    [Theory]
    [InlineData("""{"data":[{"id":"task-1"},{"status":"completed"}],"total":2}""", true)]
    [InlineData("""{"data":[{"id":"task-1"}],"total":9}""", true)]
    [InlineData("""{"data":[],"total":9}""", false)]
    public async Task A_list_that_cannot_be_read_to_its_end_is_not_taken_for_a_short_one(string body, bool isNotOffered)
    {
        await using StubApi api = await StubApi.StartAsync(200, body);

        EvolinkException failure = await Assert.ThrowsAsync<EvolinkException>(() => ListAsync(api));

        Assert.Equal(isNotOffered, failure.IsNotOffered);
    }

    [Fact]
    public async Task Tasks_are_read_fifty_at_a_time_and_only_those_that_were_asked_for()
    {
        await using StubApi api = await StubApi.StartAsync(
            StubApi.Answer(200, """{"data":[{"id":"task-7","status":"completed","results":["https://e.com/v.mp4"]},{"id":"alien","status":"completed"},7,null]}"""),
            StubApi.Answer(200, """{"data":[{"id":"task-50","status":"processing"}]}"""));

        IReadOnlyList<VideoTask> tasks = await api.Client().GetTasksAsync([.. Enumerable.Range(0, 51).Select(number => $"task-{number}"), "task-7"]);

        Assert.Equal(["task-7", "task-50"], tasks.Select(task => task.Id));
        Assert.Equal(["POST /v1/tasks/batch", "POST /v1/tasks/batch"], api.Seen.Select(request => $"{request.Method} {request.Target}"));
        Assert.Equal("""{"task_ids":["task-50"]}""", api.Seen[1].Body);
    }

    [Fact]
    public async Task No_ids_are_no_request_and_an_impossible_one_is_a_mistake()
    {
        await using StubApi api = await StubApi.StartAsync(200, """{"data":[]}""");

        Assert.Empty(await api.Client().GetTasksAsync([]));
        await Assert.ThrowsAsync<ArgumentException>(() => api.Client().GetTasksAsync(["task-1", "a b"]));
        Assert.Empty(api.Seen);
    }

    [Fact]
    public async Task Models_are_read()
    {
        await using StubApi api = await StubApi.StartAsync(200, """{"object":"list","data":[{"id":"wan2.6-image-to-video"},{"id":"sora-2"},"veo3.1"]}""");

        Assert.Equal(["wan2.6-image-to-video", "sora-2", "veo3.1"], await api.Client().ListModelsAsync());
    }

    [Fact]
    public async Task Details_of_an_error_are_told()
    {
        await using StubApi api = await StubApi.StartAsync(403, """
            {"error":{"code":"key_model_not_allowed","message":"no","details":{"key_name":"shop","allowed_models":["sora-2"],
             "remaining_credits":"12.5","expired_at":1767225600,"reset_timezone":"Asia/Shanghai","more":{}}}}
            """);

        EvolinkException failure = await Assert.ThrowsAsync<EvolinkException>(() => api.Client().SubmitAsync(Clients.Cat));

        Assert.Equal(SubmitOutcome.Rejected, failure.Outcome);
        Assert.Equal(
            ("shop", 12.5m, DateTimeOffset.FromUnixTimeSeconds(1767225600), "Asia/Shanghai"),
            (failure.Details!.KeyName, failure.Details.RemainingCredits, failure.Details.ExpiredAt, failure.Details.ResetTimezone));
        Assert.Equal(["sora-2"], failure.Details.AllowedModels!);
    }

    [Theory]
    [InlineData("completed", "released", "50", "1767225600", true), InlineData("completed", "charged", "50", "1767225600", false)]
    [InlineData("pending", "released", "50", "1767225600", false), InlineData("completed", "released", "0", "1767225600", false)]
    [InlineData("completed", "released", "50", "null", false)]
    public void Only_status_charge_amount_and_time_together_prove_a_refund(string refund, string charge, string credits, string at, bool isRefunded)
    {
        VideoTask task = VideoTask.Parse(System.Text.Encoding.UTF8.GetBytes($$$"""
            {"id":"task-1","status":"failed","usage":{"cost":{"credits":50,"usd":"0.735"}},"billing":{"refund_scope":"account_balance",
             "charge_status":"{{{charge}}}","refund_status":"{{{refund}}}","reserved_credits":50,"charged_credits":0,"refunded_credits":{{{credits}}},"refunded_at":{{{at}}}}}
            """))!;

        Assert.Equal(isRefunded, task.Billing!.IsRefunded);
        Assert.Equal((50m, 0m), (task.Billing.ReservedCredits, task.Billing.ChargedCredits));
        Assert.Equal(new VideoCost { Credits = 50, Usd = 0.735m }, task.Usage!.Cost);
    }

    private static async Task<List<ListedTask>> ListAsync(StubApi api, TaskListFilter? filter = null)
    {
        List<ListedTask> tasks = [];
        await foreach (ListedTask task in api.Client().ListTasksAsync(filter))
            tasks.Add(task);
        return tasks;
    }
}
