using System.Net;
using System.Text.Json.Nodes;
using Evolink.Testing;

namespace Evolink.Simulator.Tests;

public sealed class ReadFaultTests
{
    [Fact]
    public async Task Progress_follows_the_clock_from_pending_to_completed()
    {
        Assert.Equal(["pending 0", "processing 25", "processing 50", "processing 75", "completed 100"], await CourseAsync());
    }

    [Fact]
    public async Task A_stuck_task_never_ends()
    {
        Assert.Equal(["pending 0", "processing 25", "processing 50", "processing 75", "processing 99"], await CourseAsync(new ReadFault.Stuck()));
    }

    [Fact]
    public async Task Progress_can_stay_zero_until_the_end()
    {
        Assert.Equal(["pending 0", "processing 0", "processing 0", "processing 0", "completed 100"], await CourseAsync(new ReadFault.ZeroUntilDone()));
    }

    [Fact]
    public async Task Progress_can_go_down()
    {
        Assert.Equal(["pending 0", "processing 74", "processing 49", "processing 24", "completed 100"], await CourseAsync(new ReadFault.GoesDown()));
    }

    [Fact]
    public async Task An_odd_status_shows_for_as_many_reads_as_told()
    {
        Assert.Equal(
            ["in_orbit 0", "in_orbit 0", "processing 50", "processing 75", "completed 100"],
            await CourseAsync(new ReadFault.OddStatus("in_orbit") { Times = 2 }));
    }

    [Theory]
    [InlineData("content_policy_violation")]
    [InlineData("quota_exceeded")]
    [InlineData("a_code_of_next_year")]
    public async Task A_task_can_fail_with_any_code(string code)
    {
        JsonObject task = await ReadOnceAsync(new ReadFault.Fails(code));

        Assert.Equal(("failed", code, "task_error"), ((string?)task["status"], (string?)task["error"]!["code"], (string?)task["error"]!["type"]));
        Assert.Contains('\n', (string)task["error"]!["message"]!);
        Assert.False(task.ContainsKey("results"));
    }

    [Fact]
    public async Task A_task_can_fail_without_a_word()
    {
        JsonObject task = await ReadOnceAsync(new ReadFault.FailsWithoutError());

        Assert.Equal("failed", (string?)task["status"]);
        Assert.False(task.ContainsKey("error"));
    }

    [Fact]
    public async Task A_task_can_be_cancelled_in_either_spelling()
    {
        Assert.Equal("cancelled", (string?)(await ReadOnceAsync(new ReadFault.Cancelled()))["status"]);
        Assert.Equal("canceled", (string?)(await ReadOnceAsync(new ReadFault.Cancelled("canceled")))["status"]);
    }

    [Fact]
    public async Task Faults_of_reads_are_used_up_one_after_the_other()
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnReads(
            new ReadFault.NotFound { Times = 2 }, new ReadFault.ErrorStatus(429) { Times = 1 }, new ReadFault.ErrorStatus(502, Html: true) { Times = 1 }));
        string id = await api.SubmitAsync();
        var seen = new List<(HttpStatusCode, string?)>();
        for (int read = 0; read < 5; read++)
        {
            using HttpResponseMessage response = await api.GetTaskAsync(id);
            seen.Add((response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        }

        Assert.Equal(
            [
                (HttpStatusCode.NotFound, "application/json"), (HttpStatusCode.NotFound, "application/json"),
                (HttpStatusCode.TooManyRequests, "application/json"), (HttpStatusCode.BadGateway, "text/html"), (HttpStatusCode.OK, "application/json"),
            ],
            seen);
    }

    [Fact]
    public async Task A_read_can_time_out()
    {
        var clock = new ManualTimeProvider();
        await using Api api = await Api.StartAsync(Api.Instant with { TimeProvider = clock });
        api.Simulator.Order(Api.OnReads(new ReadFault.TimesOut(60) { Times = 1 }));
        string id = await api.SubmitAsync();

        Task<HttpResponseMessage> read = api.GetTaskAsync(id);
        await clock.PassAsync(60);

        await Assert.ThrowsAsync<HttpRequestException>(() => read);
        Assert.Equal("completed", (string?)(await api.ReadAsync(id))["status"]);
    }

    [Theory]
    [InlineData(ResultsShape.Null, "null")]
    [InlineData(ResultsShape.Empty, "[]")]
    [InlineData(ResultsShape.Missing, null)]
    [InlineData(ResultsShape.VideoUrl, null)]
    public async Task Results_come_in_odd_shapes_and_then_as_promised(ResultsShape shape, string? results)
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnReads(new ReadFault.OddResults(shape) { Times = 1 }));
        string id = await api.SubmitAsync();

        JsonObject odd = await api.ReadAsync(id);
        JsonObject next = await api.ReadAsync(id);

        Assert.Equal("completed", (string?)odd["status"]);
        Assert.Equal(results is not null, odd.ContainsKey("results"));
        Assert.Equal(results ?? "null", odd["results"]?.ToJsonString() ?? "null");
        string link = next["results"]![0]!.GetValue<string>();
        if (shape == ResultsShape.VideoUrl)
            Assert.Equal(link, (string?)odd["result_data"]!["video_url"]);
    }

    [Fact]
    public async Task Results_can_be_an_object_and_a_task_can_be_wrapped()
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnReads(new ReadFault.OddResults(ResultsShape.Object) { Times = 1 }, new ReadFault.OddResults(ResultsShape.Wrapped) { Times = 1 }));
        string id = await api.SubmitAsync();

        Assert.StartsWith("http", (string?)(await api.ReadAsync(id))["results"]!["url"], StringComparison.Ordinal);
        Assert.Equal(id, (string?)(await api.ReadAsync(id))["data"]!["id"]);
    }

    [Fact]
    public async Task A_task_is_found_by_its_owner_only_and_an_id_must_have_the_form_of_one()
    {
        await using Api api = await Api.StartAsync(Api.Instant with
        {
            ApiKeys = new Dictionary<string, string> { [SimulatorOptions.DevelopmentKey] = "one", ["sk-other"] = "two" },
        });
        string id = await api.SubmitAsync();
        using HttpResponseMessage malformed = await api.GetTaskAsync("task-17");
        api.Http.DefaultRequestHeaders.Authorization = new("Bearer", "sk-other");
        using HttpResponseMessage foreign = await api.GetTaskAsync(id);
        api.Http.DefaultRequestHeaders.Authorization = null;
        using HttpResponseMessage anonymous = await api.GetTaskAsync(id);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_task_id"), (malformed.StatusCode, await Api.ErrorCodeAsync(malformed)));
        Assert.Equal((HttpStatusCode.NotFound, "task_not_found"), (foreign.StatusCode, await Api.ErrorCodeAsync(foreign)));
        Assert.Equal((HttpStatusCode.Unauthorized, "unauthorized"), (anonymous.StatusCode, await Api.ErrorCodeAsync(anonymous)));
    }

    /// <summary>Reads a task of 100 s at 0, 25, 50, 75 and 100 s.</summary>
    private static async Task<IReadOnlyList<string>> CourseAsync(params ReadFault[] faults)
    {
        var clock = new ManualTimeProvider();
        await using Api api = await Api.StartAsync(Api.Instant with { TimeProvider = clock, TaskDuration = TimeSpan.FromSeconds(100) });
        api.Simulator.Order(Api.OnReads(faults));
        string id = await api.SubmitAsync();
        var course = new List<string>();
        for (int read = 0; read < 5; read++, clock.Advance(TimeSpan.FromSeconds(25)))
        {
            JsonObject task = await api.ReadAsync(id);
            course.Add($"{task["status"]} {task["progress"]}");
        }

        return course;
    }

    private static async Task<JsonObject> ReadOnceAsync(ReadFault fault)
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnReads(fault));
        return await api.ReadAsync(await api.SubmitAsync());
    }
}
