using Azure.Storage.Blobs;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tests.Support;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Pipeline.Tests.Submissions;

public sealed class SubmitterTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static void Order(TestPipeline pipeline, SubmitFault fault) =>
        pipeline.Simulator.Order(new FaultOrder(new FaultScript { Submit = fault }));

    [Fact]
    public async Task A_submit_is_accepted_and_its_task_is_claimed()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        GenerationRef generation = await pipeline.AcceptAsync();
        Submission.Accepted accepted = Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(generation, "a", None));
        JobRecord job = await pipeline.ReadAsync(generation);
        Assert.Equal(JobState.Waiting, job.State);
        Assert.Equal(accepted.TaskId, job.CurrentAttempt!.TaskId);
        Assert.False(await pipeline.Store.Claims.ClaimAsync(accepted.TaskId, JobId.New(), 1, None));
        Assert.Equal($"{generation.Id}.1", Assert.Single((await pipeline.Simulator.ReadLedgerAsync()).Charges).IdempotencyKey);
    }

    [Fact]
    public async Task Executed_again_it_returns_the_same_task_and_pays_nothing()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        GenerationRef generation = await pipeline.AcceptAsync();
        Submission.Accepted first = Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(generation, "a", None));
        Submission.Accepted second = Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(generation, "b", None));
        Assert.Equal(first.TaskId, second.TaskId);
        Assert.Equal(1, await pipeline.ChargesAsync());
    }

    [Fact]
    public async Task Two_executions_of_one_submit_at_the_same_time_make_one_call()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(
            azurite, new SimulatorOptions { AllowLoopback = true, TaskDuration = TimeSpan.Zero, FetchImages = false, Idempotency = IdempotencySupport.Off });
        GenerationRef generation = await pipeline.AcceptAsync();
        Submission[] results = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => pipeline.Submitter.SubmitAsync(generation, $"owner-{i}", None)));
        Assert.Contains(results, result => result is Submission.Accepted);
        Assert.All(results, result => Assert.True(result is Submission.Accepted or Submission.Unknown));
        Assert.Equal(1, await pipeline.ChargesAsync());
    }

    [Fact]
    public async Task An_execution_that_died_after_sending_is_never_followed_by_a_second_send()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: WithCallbacks);
        GenerationRef generation = await pipeline.AcceptAsync();
        DateTimeOffset past = TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1);
        await pipeline.Store.UpdateAsync(
            generation.Id, job => job.WithIntent(Jobs.Intent(1, "dead") with { FirstIntentAt = past, IntentAt = past, LeaseUntil = past }, past), None);
        Assert.IsType<Submission.Unknown>(await pipeline.Submitter.SubmitAsync(generation, "b", None));
        Assert.Equal(JobState.Unknown, (await pipeline.ReadAsync(generation)).State);
        Assert.Equal(0, await pipeline.ChargesAsync());
    }

    [Fact]
    public async Task A_host_that_stops_in_the_middle_of_a_submit_waits_for_its_answer()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        Order(pipeline, new SubmitFault.SlowAnswer(1));
        GenerationRef generation = await pipeline.AcceptAsync();
        using CancellationTokenSource stopping = new();
        Task<Submission> submit = pipeline.Submitter.SubmitAsync(generation, "a", stopping.Token);
        while (await pipeline.ChargesAsync() == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, None);
        await stopping.CancelAsync();
        Assert.IsType<Submission.Accepted>(await submit);
    }

    [Fact]
    public async Task A_task_that_a_signed_callback_named_is_adopted_even_where_the_submit_seemed_refused()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: WithCallbacks);
        GenerationRef other = await pipeline.AcceptAsync("the one that was taken");
        Order(pipeline, new SubmitFault.Reset(Charged: true));
        await pipeline.Submitter.SubmitAsync(other, "x", None);
        string taskId = Assert.Single((await pipeline.Simulator.ReadLedgerAsync(withVideos: false)).Tasks).Id;

        await pipeline.Store.UpdateAsync(other.Id, job => job with { Attempts = [job.CurrentAttempt! with { State = AttemptState.Throttled, RetryAt = Jobs.Start, Candidates = [taskId] }] }, None);
        Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(other, "y", None));
        Assert.Equal(1, await pipeline.ChargesAsync());
    }

    public static TheoryData<SubmitFault> Lost =>
    [
        new SubmitFault.Reset(Charged: true),
        new SubmitFault.Reset(Charged: false),
        new SubmitFault.Hang(Charged: true, Seconds: 0.2),
        new SubmitFault.ServerError(500, Charged: true),
        new SubmitFault.ServerError(500, Charged: false),
        new SubmitFault.ServerError(502, Charged: true, Html: true),
        new SubmitFault.ServerError(502, Charged: false, Html: true),
        new SubmitFault.ServerError(503, Charged: true),
        new SubmitFault.ServerError(504, Charged: true, Html: true),
        new SubmitFault.UnusableAnswer(UnusableBody.Empty),
        new SubmitFault.UnusableAnswer(UnusableBody.Html),
        new SubmitFault.UnusableAnswer(UnusableBody.EmptyObject),
        new SubmitFault.UnusableAnswer(UnusableBody.NoId),
        SubmitFault.Conflict,
        SubmitFault.PaidOutcomeUnknown,
    ];

    [Theory]
    [MemberData(nameof(Lost))]
    public async Task An_answer_that_leaves_the_money_open_is_not_followed_by_a_second_send(SubmitFault fault)
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: WithCallbacks);
        Order(pipeline, fault);
        GenerationRef generation = await pipeline.AcceptAsync();
        Assert.IsType<Submission.Unknown>(await pipeline.Submitter.SubmitAsync(generation, "a", None));
        Assert.IsType<Submission.Unknown>(await pipeline.Submitter.SubmitAsync(generation, "b", None));
        Assert.Single((await pipeline.Simulator.ReadLedgerAsync(withVideos: false)).Submits);
    }

    [Fact]
    public async Task A_lost_answer_is_found_again_by_the_task_id_of_a_callback()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: WithCallbacks);
        Order(pipeline, new SubmitFault.Reset(Charged: true));
        GenerationRef generation = await pipeline.AcceptAsync();
        await pipeline.Submitter.SubmitAsync(generation, "a", None);
        string taskId = Assert.Single((await pipeline.Simulator.ReadLedgerAsync(withVideos: false)).Tasks).Id;

        await pipeline.Store.UpdateAsync(generation.Id, job => job.WithCandidate(1, "task-unified-1-forged00", Jobs.Start), None);
        await pipeline.Store.UpdateAsync(generation.Id, job => job.WithCandidate(1, taskId, Jobs.Start), None);
        Submission.Accepted adopted = Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(generation, "b", None));
        Assert.Equal(taskId, adopted.TaskId);
        Assert.Equal(1, await pipeline.ChargesAsync());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(404)]
    public async Task A_named_task_that_cannot_be_read_is_not_given_up_with_the_window(int status)
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: WithCallbacks);
        ReadFault unread = status == 404 ? new ReadFault.NotFound { Times = 1 } : new ReadFault.ErrorStatus(status) { Times = 1 };
        pipeline.Simulator.Order(new FaultOrder(new FaultScript { Submit = new SubmitFault.Reset(Charged: true), Reads = [unread] }));
        GenerationRef generation = await pipeline.AcceptAsync();
        await pipeline.Submitter.SubmitAsync(generation, "a", None);
        string taskId = Assert.Single((await pipeline.Simulator.ReadLedgerAsync(withVideos: false)).Tasks).Id;
        DateTimeOffset longAgo = TimeProvider.System.GetUtcNow() - pipeline.Options.RecoveryWindow - TimeSpan.FromMinutes(1);
        pipeline.Options.TaskNotFoundGrace = 2 * pipeline.Options.RecoveryWindow;
        await pipeline.Store.UpdateAsync(
            generation.Id, job => job with { Attempts = [job.CurrentAttempt! with { UnknownSince = longAgo, Candidates = [taskId] }] }, None);

        Assert.IsType<Submission.Unknown>(await pipeline.Submitter.SubmitAsync(generation, "b", None));
        Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(generation, "c", None));
    }

    [Fact]
    public async Task A_put_off_attempt_whose_named_task_cannot_be_read_is_not_sent_again()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: WithCallbacks);
        pipeline.Simulator.Order(new FaultOrder(new FaultScript { Reads = [new ReadFault.ErrorStatus(500) { Times = 1 }] }));
        GenerationRef generation = await pipeline.AcceptAsync();
        string taskId = Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(generation, "a", None)).TaskId;
        await pipeline.Store.UpdateAsync(
            generation.Id,
            job => job with { State = JobState.Parked, Attempts = [job.CurrentAttempt! with { State = AttemptState.Throttled, TaskId = null, RetryAt = Jobs.Start, Candidates = [taskId] }] },
            None);

        Assert.IsType<Submission.Unknown>(await pipeline.Submitter.SubmitAsync(generation, "b", None));
        Assert.Equal(taskId, Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(generation, "c", None)).TaskId);
        Assert.Equal(1, await pipeline.ChargesAsync());
    }

    [Fact]
    public async Task A_callback_with_another_jobs_task_id_does_not_give_that_task_away()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: WithCallbacks);
        GenerationRef[] jobs = [await pipeline.AcceptAsync("one"), await pipeline.AcceptAsync("two")];
        foreach (GenerationRef job in jobs)
        {
            Order(pipeline, new SubmitFault.Reset(Charged: true));
            await pipeline.Submitter.SubmitAsync(job, "a", None);
        }

        string[] tasks = [.. (await pipeline.Simulator.ReadLedgerAsync(withVideos: false)).Tasks.Select(task => task.Id)];
        await pipeline.Store.UpdateAsync(jobs[1].Id, job => job.WithCandidate(1, tasks[0], TimeProvider.System.GetUtcNow()), None);
        // Alone, it could be meant; the right one is repeated by Evolink within seconds.
        Assert.IsType<Submission.Unknown>(await pipeline.Submitter.SubmitAsync(jobs[1], "b", None));
        // Nor is it given up with the window: the other job may be slower.
        DateTimeOffset longAgo = TimeProvider.System.GetUtcNow() - pipeline.Options.RecoveryWindow - TimeSpan.FromMinutes(1);
        await pipeline.Store.UpdateAsync(jobs[1].Id, job => (job with { Attempts = [job.CurrentAttempt! with { UnknownSince = longAgo }] }).WithCandidate(1, tasks[1], Jobs.Start), None);
        Assert.IsType<Submission.Unknown>(await pipeline.Submitter.SubmitAsync(jobs[1], "c", None));
        await pipeline.Store.UpdateAsync(jobs[0].Id, job => job.WithCandidate(1, tasks[0], Jobs.Start), None);

        Assert.Equal(tasks[0], Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(jobs[0], "b", None)).TaskId);
        Assert.Equal(tasks[1], Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(jobs[1], "d", None)).TaskId);
    }

    [Fact]
    public async Task A_task_that_belongs_to_another_job_is_not_adopted()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: WithCallbacks);
        GenerationRef other = await pipeline.AcceptAsync("other");
        Submission.Accepted others = Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(other, "a", None));

        Order(pipeline, new SubmitFault.Reset(Charged: false));
        GenerationRef generation = await pipeline.AcceptAsync();
        await pipeline.Submitter.SubmitAsync(generation, "a", None);
        await pipeline.Store.UpdateAsync(generation.Id, job => job.WithCandidate(1, others.TaskId, Jobs.Start), None);
        Assert.IsType<Submission.Unknown>(await pipeline.Submitter.SubmitAsync(generation, "b", None));
    }

    [Fact]
    public async Task Where_the_operator_trusts_the_providers_key_a_lost_answer_is_asked_for_once_with_the_same_bytes()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: options =>
        {
            WithCallbacks(options);
            options.TrustIdempotencyKey = true;
        });
        Order(pipeline, new SubmitFault.Reset(Charged: true));
        GenerationRef generation = await pipeline.AcceptAsync();
        await pipeline.Submitter.SubmitAsync(generation, "a", None);
        Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(generation, "b", None));
        Assert.Equal(1, await pipeline.ChargesAsync());
    }

    [Fact]
    public async Task A_replay_that_is_refused_says_nothing_of_the_first_sending()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: options =>
        {
            WithCallbacks(options);
            options.TrustIdempotencyKey = true;
        });
        pipeline.Simulator.Order(new FaultOrder(new FaultScript { Submit = new SubmitFault.Reset(Charged: true) }));
        pipeline.Simulator.Order(new FaultOrder(new FaultScript { Submit = new SubmitFault.Throttle() }));
        GenerationRef generation = await pipeline.AcceptAsync();
        await pipeline.Submitter.SubmitAsync(generation, "a", None);
        Assert.IsType<Submission.Unknown>(await pipeline.Submitter.SubmitAsync(generation, "b", None));
        Assert.IsType<Submission.Unknown>(await pipeline.Submitter.SubmitAsync(generation, "c", None));
        Assert.Equal(AttemptState.Unknown, (await pipeline.ReadAsync(generation)).CurrentAttempt!.State);
    }

    [Fact]
    public async Task A_lost_answer_without_a_callback_or_a_list_to_wait_for_ends_at_once_and_says_what_to_check()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: options => options.AskTaskList = false);
        Order(pipeline, new SubmitFault.Reset(Charged: true));
        GenerationRef generation = await pipeline.AcceptAsync();
        await pipeline.Submitter.SubmitAsync(generation, "a", None);
        Assert.IsType<Submission.Ended>(await pipeline.Submitter.SubmitAsync(generation, "b", None));
        JobError error = (await pipeline.ReadAsync(generation)).Error!;
        Assert.Equal("submission_outcome_unknown", error.Code);
        Assert.Contains("/attach", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<SubmitFault> Refusals =>
    [
        new SubmitFault.Throttle(), new SubmitFault.Throttle(RetryAfterForm.Missing), new SubmitFault.Throttle(RetryAfterForm.Huge),
        new SubmitFault.Throttle(RetryAfterForm.Date), SubmitFault.NoCredits, SubmitFault.NoAccess, new SubmitFault.EdgeBlock(),
    ];

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_is_refused_for_now_is_tried_again_later_under_the_same_number(SubmitFault fault)
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        Order(pipeline, fault);
        GenerationRef generation = await pipeline.AcceptAsync();
        Submission.Throttled throttled = Assert.IsType<Submission.Throttled>(await pipeline.Submitter.SubmitAsync(generation, "a", None));
        Assert.True(throttled.RetryAt <= TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(61));
        Assert.Equal(JobState.Parked, (await pipeline.ReadAsync(generation)).State);

        // Woken too early, it waits on; when the time has come, it submits.
        Assert.IsType<Submission.Throttled>(await pipeline.Submitter.SubmitAsync(generation, "b", None));
        await pipeline.Store.UpdateAsync(generation.Id, job => job with { Attempts = [job.CurrentAttempt! with { RetryAt = Jobs.Start }] }, None);
        await pipeline.OpenGateAsync();
        Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(generation, "c", None));
        Assert.Equal(1, Assert.Single((await pipeline.ReadAsync(generation)).Attempts).Number);
        Assert.Equal(1, await pipeline.ChargesAsync());
    }

    [Fact]
    public async Task What_is_refused_for_good_ends_the_job_with_the_providers_own_code()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        Order(pipeline, SubmitFault.NoModelAccess);
        GenerationRef generation = await pipeline.AcceptAsync();
        Assert.IsType<Submission.Ended>(await pipeline.Submitter.SubmitAsync(generation, "a", None));
        Assert.Equal("model_access_denied", (await pipeline.ReadAsync(generation)).Error!.Code);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("https://nowhere.invalid")]
    public async Task A_connection_that_is_refused_or_a_name_that_is_not_found_costs_nothing_and_is_tried_again(string address)
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: options => options.BaseUrl = new Uri(address));
        GenerationRef generation = await pipeline.AcceptAsync();
        Assert.IsType<Submission.Throttled>(await pipeline.Submitter.SubmitAsync(generation, "a", None));
        Assert.Equal(AttemptState.NotSent, (await pipeline.ReadAsync(generation)).CurrentAttempt!.State);
    }

    [Fact]
    public async Task A_job_that_could_not_be_submitted_for_hours_fails_without_cost()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        GenerationRef generation = await pipeline.AcceptAsync();
        await pipeline.Store.UpdateAsync(generation.Id, job => job with { AcceptedAt = job.AcceptedAt - TimeSpan.FromHours(7) }, None);
        Assert.IsType<Submission.Ended>(await pipeline.Submitter.SubmitAsync(generation, "a", None));
        Assert.Equal("submit_expired", (await pipeline.ReadAsync(generation)).Error!.Code);
        Assert.Equal(0, await pipeline.ChargesAsync());
    }

    [Fact]
    public async Task A_cancelled_job_is_not_submitted()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        GenerationRef generation = await pipeline.AcceptAsync();
        await pipeline.Store.UpdateAsync(generation.Id, job => job.WithCancelRequest(Jobs.Start), None);
        Assert.IsType<Submission.Ended>(await pipeline.Submitter.SubmitAsync(generation, "a", None));
        Assert.Equal(0, await pipeline.ChargesAsync());
    }

    [Fact]
    public async Task An_outage_of_evolink_leaves_parked_jobs_and_few_of_unknown_outcome()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: options =>
        {
            WithCallbacks(options);
            options.UnknownsBeforePause = 3;
        });
        pipeline.Simulator.Order(new FaultOrder(new FaultScript { Submit = new SubmitFault.ServerError(503, Charged: false) }, Submits: null));
        List<GenerationRef> jobs = [];
        for (int i = 0; i < 20; i++)
        {
            jobs.Add(await pipeline.AcceptAsync($"job {i}"));
            await pipeline.Submitter.SubmitAsync(jobs[^1], "a", None);
        }

        JobRecord[] records = await Task.WhenAll(jobs.Select(pipeline.ReadAsync));
        Assert.Equal(3, records.Count(job => job.State == JobState.Unknown));
        Assert.Equal(17, records.Count(job => job.Attempts.IsEmpty));
    }

    [Fact]
    public async Task A_key_that_is_replayed_carries_the_callback_of_its_own_attempt()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: options =>
        {
            WithCallbacks(options);
            options.TrustIdempotencyKey = true;
        });
        Order(pipeline, new SubmitFault.ServerError(502, Charged: true));
        GenerationRef generation = await pipeline.AcceptAsync();
        await pipeline.Submitter.SubmitAsync(generation, "a", None);
        // The keys are rotated in between: the same key would come with another body, which Evolink answers with a conflict.
        pipeline.Options.Callback.Keys["k2"] = "second-secret-of-the-tests-0123456789";
        pipeline.Options.Callback.CurrentKey = "k2";
        Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(generation, "b", None));
        Assert.Contains("?a=1&k=k1&", Assert.Single((await pipeline.Simulator.ReadLedgerAsync(withVideos: false)).Tasks).CallbackUrl, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_waits_for_its_clients_limit_looks_ever_more_seldom_and_not_after_its_own_end()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(
            azurite, configure: options => options.Limits.Default.MaxInFlight = 1);
        JobRecord running = await pipeline.ReadAsync(await pipeline.AcceptAsync());
        Assert.Null(await pipeline.Get<ClientQuota>().ReserveAsync(running, None));
        foreach ((double age, double pause) in ((double, double)[])[(0, 5.0 / 3600), (1, 2), (5, 1)])
        {
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            GenerationRef waiting = await pipeline.AcceptAsync();
            await pipeline.Store.UpdateAsync(waiting.Id, job => job with { AcceptedAt = now - TimeSpan.FromHours(age) }, None);
            Submission.Throttled held = Assert.IsType<Submission.Throttled>(await pipeline.Submitter.SubmitAsync(waiting, "a", None));
            Assert.InRange(held.RetryAt, now + TimeSpan.FromHours(pause), now + TimeSpan.FromHours(pause) + TimeSpan.FromMinutes(1));
            Assert.Equal(age > 0, await IsNotedAsync(pipeline, "alice", waiting));
        }

        await pipeline.Get<ClientQuota>().FreeAsync("alice", running.Id, job: null, None);
    }

    [Fact]
    public async Task A_job_that_an_operator_holds_back_looks_ever_more_seldom_and_its_time_does_not_run_out()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        await pipeline.Get<SubmitGate>().StopAsync("olga", None);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        await pipeline.Storage.Generations.GetBlobClient($"limits/{pipeline.Options.Hub}/submits.json").UploadAsync(
            BinaryData.FromString($$"""{"stopped": {"by": "olga", "at": "{{now - TimeSpan.FromHours(3):O}}"} }"""), overwrite: true);
        pipeline.Get<SubmitGate>().Forget();
        GenerationRef held = await pipeline.AcceptAsync();
        await pipeline.Store.UpdateAsync(held.Id, job => job with { AcceptedAt = now - TimeSpan.FromHours(7) }, None);
        Submission.Throttled throttled = Assert.IsType<Submission.Throttled>(await pipeline.Submitter.SubmitAsync(held, "a", None));
        Assert.InRange(throttled.RetryAt, now + TimeSpan.FromHours(6), now + TimeSpan.FromHours(6) + TimeSpan.FromMinutes(1));
        Assert.True(await IsNotedAsync(pipeline, HeldJobs.Pause, held));
        Assert.Equal(0, await pipeline.ChargesAsync());
    }

    [Fact]
    public async Task The_outcome_of_a_paid_submit_is_written_also_where_the_identity_gets_no_token_for_a_while()
    {
        NoToken identity = new(
            (request, body) => request.Method == HttpMethod.Put
                && request.RequestUri!.AbsolutePath.Contains("/records/", StringComparison.Ordinal)
                && body.Contains("\"task_id\"", StringComparison.Ordinal),
            times: 1);
        await using TestPipeline pipeline = await TestPipeline.StartAsync(
            azurite, services: services => services.AddSingleton<OutgoingHttp>(identity));
        GenerationRef generation = await pipeline.AcceptAsync();
        Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(generation, "a", None));
        Assert.True(identity.Refused > 0);
        Assert.NotNull((await pipeline.ReadAsync(generation)).CurrentAttempt!.TaskId);
        Assert.Equal(1, await pipeline.ChargesAsync());
    }

    [Fact]
    public async Task A_gate_that_cannot_be_told_for_want_of_a_token_changes_nothing_for_the_job_itself()
    {
        NoToken identity = new((request, _) => request.Method == HttpMethod.Put
            && request.RequestUri!.AbsolutePath.EndsWith("/submits.json", StringComparison.Ordinal));
        await using TestPipeline pipeline = await TestPipeline.StartAsync(
            azurite, services: services => services.AddSingleton<OutgoingHttp>(identity));
        Order(pipeline, new SubmitFault.Throttle(RetryAfterForm.Seconds, 3));
        GenerationRef generation = await pipeline.AcceptAsync();
        Assert.IsType<Submission.Throttled>(await pipeline.Submitter.SubmitAsync(generation, "a", None));
        Assert.True(identity.Refused > 0);
        Assert.Equal(AttemptState.Throttled, (await pipeline.ReadAsync(generation)).CurrentAttempt!.State);
    }

    [Fact]
    public async Task A_job_that_cannot_be_sent_in_time_ends_at_once_and_takes_no_slot_from_others()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: options => options.MaxSubmitsPerSecond = 1);
        BlobClient rate = pipeline.Storage.Generations.GetBlobClient($"limits/{pipeline.Options.Hub}/rate.json");
        RateState busy = new(TimeProvider.System.GetUtcNow() + pipeline.Options.MaxSubmitAge + TimeSpan.FromHours(1));
        await rate.UploadAsync(JsonBlobs.Json(busy, PipelineJsonContext.Default.RateState), overwrite: true);
        GenerationRef late = await pipeline.AcceptAsync();
        Assert.IsType<Submission.Ended>(await pipeline.Submitter.SubmitAsync(late, "a", None));
        JobError error = (await pipeline.ReadAsync(late)).Error!;
        Assert.Equal("submit_expired", error.Code);
        Assert.Contains("MaxSubmitsPerSecond", error.Message, StringComparison.Ordinal);
        Assert.Equal(busy.LeasedUntil, (await pipeline.Storage.Generations.FindAsync(
            rate.Name, PipelineJsonContext.Default.RateState, None))!.Value.Value.LeasedUntil);
        Assert.Equal(0, await pipeline.ChargesAsync());
    }

    [Fact]
    public async Task A_parked_job_that_is_cancelled_gives_its_slot_back()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: options => options.MaxSubmitsPerSecond = 0.1);
        await pipeline.Submitter.SubmitAsync(await pipeline.AcceptAsync(), "a", None);
        GenerationRef parked = await pipeline.AcceptAsync(), next = await pipeline.AcceptAsync();
        await pipeline.Submitter.SubmitAsync(parked, "b", None);
        DateTimeOffset? slot = (await pipeline.ReadAsync(parked)).SubmitSlot;
        await pipeline.Store.UpdateAsync(parked.Id, job => job.WithCancelRequest(Jobs.Start), None);
        Assert.IsType<Submission.Ended>(await pipeline.Submitter.SubmitAsync(parked, "c", None));
        await pipeline.Submitter.SubmitAsync(next, "d", None);
        Assert.Equal(slot, (await pipeline.ReadAsync(next)).SubmitSlot);
    }

    [Fact]
    public async Task A_job_that_is_parked_for_its_slot_holds_nobody_up_as_the_probe()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: options =>
        {
            options.UnknownsBeforePause = 1;
            options.MaxSubmitsPerSecond = 1;
        });
        BlobContainerClient container = pipeline.Storage.Generations;
        await container.GetBlobClient($"limits/{pipeline.Options.Hub}/submits.json").UploadAsync(
            JsonBlobs.Json(new GateState { Unknown = [JobId.New()] }, PipelineJsonContext.Default.GateState), overwrite: true);
        await container.GetBlobClient($"limits/{pipeline.Options.Hub}/rate.json").UploadAsync(
            JsonBlobs.Json(new RateState(TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1)), PipelineJsonContext.Default.RateState),
            overwrite: true);
        Assert.IsType<Submission.Throttled>(await pipeline.Submitter.SubmitAsync(await pipeline.AcceptAsync(), "a", None));
        Assert.Null((await pipeline.Get<SubmitGate>().LookAsync(None)).Probe);
        Assert.Equal(0, await pipeline.ChargesAsync());
    }

    [Fact]
    public async Task Whatever_evolink_asks_for_a_job_is_not_parked_beyond_its_own_end()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(
            azurite, configure: options => options.MaxSubmitAge = TimeSpan.FromMinutes(10));
        Order(pipeline, new SubmitFault.Throttle(RetryAfterForm.Seconds, 3600));
        GenerationRef generation = await pipeline.AcceptAsync();
        await pipeline.Submitter.SubmitAsync(generation, "a", None);
        Submission.Throttled parked = Assert.IsType<Submission.Throttled>(await pipeline.Submitter.SubmitAsync(generation, "b", None));
        Assert.InRange(parked.RetryAt, TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow() + pipeline.Options.MaxSubmitAge);
    }

    private static async Task<bool> IsNotedAsync(TestPipeline pipeline, string holder, GenerationRef generation)
    {
        await foreach (HeldJob held in pipeline.Get<HeldJobs>().OfAsync(holder, None))
        {
            if (held.Id == generation.Id)
                return true;
        }

        return false;
    }

    private static void WithCallbacks(Evolink.Pipeline.Options.EvolinkOptions options)
    {
        // Nobody listens there: what matters is that a callback may come.
        options.PublicBaseUrl = new Uri("http://127.0.0.1:9");
        options.Callback.CurrentKey = "k1";
        options.Callback.Keys["k1"] = "first-secret-of-the-tests-0123456789";
    }
}
