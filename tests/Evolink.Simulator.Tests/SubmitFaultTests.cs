using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Evolink.Simulator.Tests;

public sealed class SubmitFaultTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reset_is_a_real_reset_and_the_task_exists_where_it_was_charged(bool charged)
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnSubmit(new SubmitFault.Reset(charged)));

        HttpRequestException exception = await Assert.ThrowsAsync<HttpRequestException>(() => api.PostAsync(Api.Request()));

        var socket = Assert.IsType<SocketException>(exception.GetBaseException());
        Assert.Equal(SocketError.ConnectionReset, socket.SocketErrorCode);
        await AssertChargedAsync(api, charged, "reset");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_hang_outlasts_the_callers_patience(bool charged)
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnSubmit(new SubmitFault.Hang(charged)));
        using var impatient = new HttpClient { BaseAddress = api.Http.BaseAddress, Timeout = TimeSpan.FromMilliseconds(500) };
        impatient.DefaultRequestHeaders.Authorization = api.Http.DefaultRequestHeaders.Authorization;

        await Assert.ThrowsAsync<TaskCanceledException>(() =>
            impatient.PostAsync("/v1/videos/generations", new StringContent(Api.Request().ToJsonString(), new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"))));

        await AssertChargedAsync(api, charged, "hang");
    }

    [Theory]
    [InlineData(500, false, false)]
    [InlineData(502, true, true)]
    [InlineData(503, false, true)]
    [InlineData(504, true, false)]
    public async Task A_server_error_leaves_open_whether_the_task_exists(int status, bool charged, bool html)
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnSubmit(new SubmitFault.ServerError(status, charged, html)));

        using HttpResponseMessage response = await api.PostAsync(Api.Request());

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(html ? "text/html" : "application/json", response.Content.Headers.ContentType!.MediaType);
        await AssertChargedAsync(api, charged, "server_error");
    }

    [Theory]
    [InlineData(UnusableBody.Empty, "^$")]
    [InlineData(UnusableBody.Html, "^<html>")]
    [InlineData(UnusableBody.EmptyObject, "^{}$")]
    [InlineData(UnusableBody.NoId, "^{\"created\":[0-9]+,\"model\"")]
    [InlineData(UnusableBody.CutJson, "^{\"created\":[^}]+$")]
    public async Task An_unusable_answer_is_charged_and_has_no_id(UnusableBody body, string pattern)
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnSubmit(new SubmitFault.UnusableAnswer(body)));

        using HttpResponseMessage response = await api.PostAsync(Api.Request());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Matches(pattern, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await AssertChargedAsync(api, charged: true, "unusable_answer");
    }

    [Theory]
    [InlineData(RetryAfterForm.Seconds, "^7$")]
    [InlineData(RetryAfterForm.Date, "^[A-Z][a-z]{2}, [0-9]{2} .+ GMT$")]
    [InlineData(RetryAfterForm.Huge, "^[0-9]{23}$")]
    [InlineData(RetryAfterForm.Missing, null)]
    public async Task A_429_says_when_to_come_back_in_every_form(RetryAfterForm form, string? pattern)
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnSubmit(new SubmitFault.Throttle(form, 7)));

        using HttpResponseMessage response = await api.PostAsync(Api.Request());

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal("rate_limit_exceeded", await Api.ErrorCodeAsync(response));
        Assert.Equal(pattern is not null, response.Headers.TryGetValues("Retry-After", out IEnumerable<string>? values));
        if (pattern is not null)
            Assert.Matches(pattern, values!.Single());
        await AssertChargedAsync(api, charged: false, "throttle");
    }

    public static TheoryData<SubmitFault, int, string> Refusals => new()
    {
        { SubmitFault.NoCredits, 402, "\"code\":\"insufficient_quota\"" },
        { SubmitFault.NoAccess, 401, "\"code\":\"unauthorized\"" },
        { SubmitFault.NoModelAccess, 403, "\"code\":\"model_access_denied\"" },
        { SubmitFault.Conflict, 409, "\"code\":\"idempotency_conflict\"" },
        { SubmitFault.PaidOutcomeUnknown, 409, "\"code\":\"paid_outcome_unknown\"" },
        { new SubmitFault.EdgeBlock(), 403, "error code: 1010" },
        { new SubmitFault.OddError(422, OddErrorShape.NumberCode), 422, "\"code\":42200" },
        { new SubmitFault.OddError(400, OddErrorShape.StringError), 400, "{\"error\":\"Something was not right\"}" },
    };

    [Theory]
    [MemberData(nameof(Refusals), DisableDiscoveryEnumeration = true)]
    public async Task A_refusal_costs_nothing(SubmitFault fault, int status, string excerpt)
    {
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnSubmit(fault));

        using HttpResponseMessage response = await api.PostAsync(Api.Request());

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(excerpt, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty((await api.Simulator.ReadLedgerAsync(cancellationToken: TestContext.Current.CancellationToken)).Charges);
    }

    [Fact]
    public async Task A_slow_answer_lets_the_task_end_before_it()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        var clock = new Evolink.Testing.ManualTimeProvider();
        await using Api api = await Api.StartAsync(Api.Instant with { TimeProvider = clock });
        api.Simulator.Order(Api.OnSubmit(new SubmitFault.SlowAnswer(30)));
        JsonObject request = Api.Request();
        request["callback_url"] = receiver.Url.AbsoluteUri;

        Task<string> submit = api.SubmitAsync(request);
        string id = (await api.UntilFirstTaskAsync()).Id;
        await api.UntilAsync(id, task => task.CallbacksDone);
        Assert.False(submit.IsCompleted);
        await clock.PassAsync(30);

        Assert.Equal(id, await submit);
        Assert.Single(receiver.All);
    }

    private static async Task AssertChargedAsync(Api api, bool charged, string answer)
    {
        LedgerReport ledger = await api.Simulator.ReadLedgerAsync(cancellationToken: TestContext.Current.CancellationToken);
        SubmitEntry submit = Assert.Single(ledger.Submits);
        Assert.Equal((charged, answer), (submit.Charged, submit.Answer));
        Assert.Equal(charged ? [submit.TaskId!] : [], ledger.Tasks.Select(task => task.Id));
        Assert.Equal(charged ? 1 : 0, ledger.Charges.Count);
    }
}
