using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tests.Support;
using Evolink.Simulator;
using Evolink.Testing;
using Evolink.Testing.Hosting;

namespace Evolink.Pipeline.Tests.Submissions;

/// <summary>
/// What the account's task list tells of submits whose answers were lost, at a provider that honours no key: a second submit is a second
/// charge.
/// </summary>
public sealed class AccountSearchTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly SubmitFault Charged = new SubmitFault.Reset(Charged: true);
    private static readonly SubmitFault NotCharged = new SubmitFault.Reset(Charged: false);

    [Fact]
    public async Task The_one_task_of_its_model_and_time_that_nobody_owns_is_adopted_after_two_minutes_and_not_before()
    {
        await using Account account = await Account.StartAsync(azurite);
        GenerationRef job = await account.SubmitAsync(Charged);
        account.Advance(TimeSpan.FromSeconds(119));
        Assert.IsType<Submission.Unknown>(await account.LookAsync(job));
        account.Advance(TimeSpan.FromSeconds(2));

        Submission.Accepted adopted = Assert.IsType<Submission.Accepted>(await account.LookAsync(job));

        Assert.Equal(await account.TaskOfAsync(job), adopted.TaskId);
        Attempt attempt = (await account.ReadAsync(job)).CurrentAttempt!;
        Assert.Equal((AccountLookResult.One, 0), (attempt.Look!.Result, attempt.Look.Rivals));
        Assert.Equal([adopted.TaskId], attempt.Look.Tasks);
    }

    [Fact]
    public async Task Nothing_twice_a_minute_apart_is_sent_again_under_the_same_key_and_charged_once()
    {
        await using Account account = await Account.StartAsync(azurite);
        GenerationRef job = await account.SubmitAsync(NotCharged);
        account.Advance(TimeSpan.FromMinutes(2));
        Assert.IsType<Submission.Unknown>(await account.LookAsync(job));
        account.Advance(TimeSpan.FromSeconds(59));
        Assert.IsType<Submission.Unknown>(await account.LookAsync(job));
        Assert.Equal(AttemptState.Unknown, (await account.ReadAsync(job)).CurrentAttempt!.State);
        account.Advance(TimeSpan.FromSeconds(1));
        Assert.IsType<Submission.Unknown>(await account.LookAsync(job));
        Assert.Equal((JobState.Parked, AttemptState.NotSent), await account.StatesAsync(job));

        Assert.IsType<Submission.Accepted>(await account.LookAsync(job));

        LedgerReport ledger = await account.LedgerAsync();
        Assert.Equal([$"{job.Id}.1", $"{job.Id}.1"], ledger.Submits.Select(submit => submit.IdempotencyKey));
        Assert.Single(ledger.Charges);
    }

    [Fact]
    public async Task Two_executions_that_ask_at_the_same_moment_are_one_look()
    {
        await using Account account = await Account.StartAsync(azurite);
        GenerationRef job = await account.SubmitAsync(NotCharged);
        account.Advance(TimeSpan.FromMinutes(2));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => account.LookAsync(job)));

        Attempt attempt = (await account.ReadAsync(job)).CurrentAttempt!;
        Assert.Equal((AttemptState.Unknown, 1), (attempt.State, attempt.Look!.FoundNothing));
    }

    [Fact]
    public async Task A_list_that_lags_by_ninety_seconds_is_waited_for_and_nothing_is_charged_twice()
    {
        await using Account account = await Account.StartAsync(azurite, new AccountRoutes { ListLag = TimeSpan.FromSeconds(90) });
        List<GenerationRef> jobs = [];
        for (int i = 0; i < 12; i++)
        {
            jobs.Add(await account.SubmitAsync(i % 3 == 0 ? NotCharged : Charged));
            // One at a time: each has the list for itself.
            account.Advance(TimeSpan.FromMinutes(4));
        }

        await account.SettleAsync(jobs, TimeSpan.FromMinutes(10));

        LedgerReport ledger = await account.LedgerAsync();
        Assert.All(ledger.Charges.GroupBy(charge => charge.IdempotencyKey), charges => Assert.Single(charges));
        Assert.Equal(jobs.Count, ledger.Charges.Count);
        foreach (GenerationRef job in jobs)
            Assert.Equal(await account.TaskOfAsync(job), (await account.ReadAsync(job)).CurrentAttempt!.TaskId);
    }

    [Fact]
    public async Task A_task_that_another_job_has_claimed_is_not_looked_at()
    {
        await using Account account = await Account.StartAsync(azurite);
        GenerationRef accepted = await account.SubmitAsync(null);
        GenerationRef lost = await account.SubmitAsync(NotCharged);
        account.Advance(TimeSpan.FromMinutes(3));
        await account.LookAsync(lost);

        Attempt attempt = (await account.ReadAsync(lost)).CurrentAttempt!;
        Assert.Equal(AccountLookResult.Nothing, attempt.Look!.Result);
        Assert.Equal(await account.TaskOfAsync(accepted), (await account.ReadAsync(accepted)).CurrentAttempt!.TaskId);
    }

    [Fact]
    public async Task A_task_that_another_job_has_accepted_and_not_claimed_yet_is_that_jobs()
    {
        await using Account account = await Account.StartAsync(azurite);
        GenerationRef accepted = await account.SubmitAsync(null);
        string task = await account.TaskOfAsync(accepted);
        await account.Store.Claims.FreeAsync(task, accepted.Id, None);
        GenerationRef lost = await account.SubmitAsync(NotCharged);
        account.Advance(TimeSpan.FromMinutes(3));
        await account.LookAsync(lost);

        Assert.Equal(AccountLookResult.Nothing, (await account.ReadAsync(lost)).CurrentAttempt!.Look!.Result);
        Assert.Null(await account.Store.Claims.FindAsync(task, None));
    }

    [Theory]
    [InlineData("unknown"), InlineData("intent of a process that died"), InlineData("cancelled while unknown")]
    public async Task A_task_that_may_be_another_attempts_is_adopted_by_neither_and_named_in_the_end(string other)
    {
        await using Account account = await Account.StartAsync(azurite);
        GenerationRef rival = other == "intent of a process that died" ? await account.DieAsync() : await account.SubmitAsync(NotCharged);
        GenerationRef job = await account.SubmitAsync(Charged);
        if (other == "cancelled while unknown")
        {
            await account.Store.UpdateAsync(rival.Id, record => record.WithCancelRequest(account.Now), None);
            Assert.IsType<Submission.Ended>(await account.LookAsync(rival));
            await account.FinishAsync(rival);
            Assert.Equal(JobState.Cancelled, (await account.ReadAsync(rival)).State);
        }

        GenerationRef[] both = other == "unknown" ? [rival, job] : [job];
        await account.SettleAsync(both, account.Options.RecoveryWindow + TimeSpan.FromMinutes(10));

        string task = await account.TaskOfAsync(job);
        foreach (GenerationRef each in both)
        {
            JobRecord ended = await account.ReadAsync(each);
            Assert.Equal("submission_outcome_unknown", ended.Error!.Code);
            Assert.Contains(task, ended.Error.Message, StringComparison.Ordinal);
            Assert.Equal([task], ended.CurrentAttempt!.Look!.Tasks);
        }

        Assert.Single((await account.LedgerAsync()).Charges);
    }

    [Fact]
    public async Task A_cancelled_jobs_task_that_a_callback_named_stands_in_nobodys_way()
    {
        await using Account account = await Account.StartAsync(azurite);
        GenerationRef cancelled = await account.SubmitAsync(Charged);
        GenerationRef job = await account.SubmitAsync(NotCharged);
        await account.Store.UpdateAsync(cancelled.Id, record => record.WithCancelRequest(account.Now), None);
        Assert.IsType<Submission.Ended>(await account.LookAsync(cancelled));
        await account.FinishAsync(cancelled);
        JobRecord record = await account.ReadAsync(cancelled);
        Assert.Equal((JobState.Cancelled, AttemptState.Unknown), (record.State, record.CurrentAttempt!.State));

        string task = await account.TaskOfAsync(cancelled);
        Assert.Equal(TaskConfirmation.Fits, await account.Recovery.AdoptAfterCancelAsync(record, record.CurrentAttempt, task, None));
        await account.SettleAsync([job], TimeSpan.FromMinutes(6));

        Assert.Equal((JobState.Cancelled, AttemptState.Accepted), await account.StatesAsync(cancelled));
        Assert.Equal(await account.TaskOfAsync(job), (await account.ReadAsync(job)).CurrentAttempt!.TaskId);
        Assert.Equal(2, (await account.LedgerAsync()).Charges.Count);
    }

    [Fact]
    public async Task A_strangers_task_of_the_same_second_leaves_it_to_the_callback()
    {
        await using Account account = await Account.StartAsync(azurite, new AccountRoutes { IsShared = true });
        GenerationRef job = await account.SubmitAsync(Charged);
        account.Advance(TimeSpan.FromMinutes(5));
        Assert.IsType<Submission.Unknown>(await account.LookAsync(job));

        Attempt attempt = (await account.ReadAsync(job)).CurrentAttempt!;
        Assert.Equal((AccountLookResult.Ambiguous, 2), (attempt.Look!.Result, attempt.Look.Tasks.Length));
    }

    [Fact]
    public async Task In_a_shared_account_no_task_is_taken_from_the_list_though_it_stands_alone()
    {
        await using Account account = await Account.StartAsync(azurite, configure: options => options.AccountIsShared = true);
        GenerationRef job = await account.SubmitAsync(Charged);
        account.Advance(TimeSpan.FromMinutes(5));
        Assert.IsType<Submission.Unknown>(await account.LookAsync(job));
        Assert.Equal(AccountLookResult.Ambiguous, (await account.ReadAsync(job)).CurrentAttempt!.Look!.Result);
    }

    [Fact]
    public async Task A_callback_proves_that_there_is_a_task_whatever_the_list_says()
    {
        await using Account account = await Account.StartAsync(azurite, new AccountRoutes { ListLeavesOut = 1 }, WithCallbacks);
        GenerationRef job = await account.SubmitAsync(Charged);
        await account.Store.UpdateAsync(job.Id, record => record.WithCallback(new CallbackNote(1, account.Now)), None);
        for (int minutes = 0; minutes < 10; minutes++)
        {
            account.Advance(TimeSpan.FromMinutes(1));
            Assert.IsType<Submission.Unknown>(await account.LookAsync(job));
        }

        Assert.Equal((JobState.Unknown, AttemptState.Unknown), await account.StatesAsync(job));
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task A_callback_that_named_another_task_keeps_the_list_from_telling_only_where_nobody_owns_that(bool isClaimed)
    {
        await using Account account = await Account.StartAsync(azurite, configure: WithCallbacks);
        GenerationRef other = await account.SubmitAsync(null);
        string named = isClaimed ? await account.TaskOfAsync(other) : "task-unified-1-lagging0";
        GenerationRef job = await account.SubmitAsync(Charged);
        await account.Store.UpdateAsync(job.Id, record => record.WithCandidate(1, named, account.Now), None);
        account.Advance(TimeSpan.FromMinutes(3));

        Assert.Equal(isClaimed, await account.LookAsync(job) is Submission.Accepted);
    }

    [Fact]
    public async Task Where_there_is_neither_list_nor_callback_the_job_ends_at_the_first_look()
    {
        await using Account account = await Account.StartAsync(azurite, AccountRoutes.None);
        GenerationRef job = await account.SubmitAsync(Charged);
        account.Advance(TimeSpan.FromMinutes(2));
        Assert.IsType<Submission.Ended>(await account.LookAsync(job));
        Assert.Equal(AccountLookResult.NotOffered, (await account.ReadAsync(job)).CurrentAttempt!.Look!.Result);
    }

    [Fact]
    public async Task A_claim_that_died_before_it_was_written_down_is_found_again()
    {
        await using Account account = await Account.StartAsync(azurite);
        GenerationRef rival = await account.SubmitAsync(NotCharged);
        GenerationRef job = await account.SubmitAsync(Charged);
        string task = await account.TaskOfAsync(job);
        await account.Store.Claims.ClaimAsync(task, job.Id, 1, None);
        account.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(task, Assert.IsType<Submission.Accepted>(await account.LookAsync(job)).TaskId);
        await account.SettleAsync([rival], TimeSpan.FromMinutes(5));
        Assert.Equal(AttemptState.Accepted, (await account.ReadAsync(rival)).CurrentAttempt!.State);
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6)]
    public async Task In_any_interleaving_no_task_of_another_job_or_user_is_taken_and_nothing_is_charged_twice(int seed)
    {
        Random random = new(seed);
        bool isShared = seed % 2 == 0;
        await using Account account = await Account.StartAsync(
            azurite,
            new AccountRoutes { IsShared = isShared, ListLag = TimeSpan.FromSeconds(random.Next(0, 91)) },
            options =>
            {
                WithCallbacks(options);
                options.AccountIsShared = isShared;
                options.RecoveryWindow = TimeSpan.FromMinutes(20);
            });
        List<GenerationRef> jobs = [];
        for (int i = 0; i < 14; i++)
        {
            jobs.Add(random.Next(5) == 0 ? await account.DieAsync() : await account.SubmitAsync(((SubmitFault?[])[Charged, NotCharged, null])[random.Next(3)]));
            if (random.Next(3) == 0)
                account.Advance(TimeSpan.FromSeconds(random.Next(1, 200)));
            if (random.Next(2) == 0)
                await account.LookAsync(jobs[random.Next(jobs.Count)]);
        }

        for (int i = 0; i < 60; i++)
        {
            account.Advance(TimeSpan.FromSeconds(random.Next(1, 60)));
            await Task.WhenAll(jobs.Where(_ => random.Next(4) == 0).ToList().Select(account.LookAsync));
        }

        LedgerReport ledger = await account.LedgerAsync();
        Assert.All(ledger.Charges.GroupBy(charge => charge.IdempotencyKey), charges => Assert.Single(charges));
        foreach (GenerationRef job in jobs)
        {
            if ((await account.ReadAsync(job)).CurrentAttempt is { TaskId: { } task })
                Assert.Equal($"{job.Id}.1", Assert.Single(ledger.Charges, charge => charge.TaskId == task).IdempotencyKey);
        }
    }

    private static void WithCallbacks(EvolinkOptions options)
    {
        options.PublicBaseUrl = new Uri("http://127.0.0.1:9");
        options.Callback.CurrentKey = "k1";
        options.Callback.Keys["k1"] = "first-secret-of-the-tests-0123456789";
    }

    /// <summary>
    /// The pipeline and the simulator on one clock, at a time of its own: other tests' jobs in the same storage are of other days.
    /// </summary>
    private sealed class Account(TestPipeline pipeline, ManualTimeProvider clock) : IAsyncDisposable
    {
        private static int _starts;
        private int _executions;

        public GenerationStore Store => pipeline.Store;

        public SubmitRecovery Recovery => pipeline.Get<SubmitRecovery>();

        public EvolinkOptions Options => pipeline.Options;

        public DateTimeOffset Now => clock.GetUtcNow();

        public static async Task<Account> StartAsync(AzuriteFixture azurite, AccountRoutes? routes = null, Action<EvolinkOptions>? configure = null)
        {
            ManualTimeProvider clock = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(Interlocked.Increment(ref _starts)));
            SimulatorOptions simulator = new()
            {
                AllowLoopback = true,
                TaskDuration = TimeSpan.FromMinutes(2),
                FetchImages = false,
                Idempotency = IdempotencySupport.Off,
                TimeProvider = clock,
                AccountRoutes = routes ?? new AccountRoutes(),
            };
            TestPipeline pipeline = await TestPipeline.StartAsync(
                azurite,
                simulator,
                options =>
                {
                    // How the gate holds others back after so many losses is not what is tested.
                    options.UnknownsBeforePause = 1000;
                    options.SubmitTimeout = TimeSpan.FromSeconds(60);
                    configure?.Invoke(options);
                },
                time: clock);
            return new Account(pipeline, clock);
        }

        public void Advance(TimeSpan span) => clock.Advance(span);

        public async Task<GenerationRef> SubmitAsync(SubmitFault? fault)
        {
            GenerationRef job = await AcceptAsync();
            if (fault is not null)
                pipeline.Simulator.Order(new FaultOrder(new FaultScript { Submit = fault }));
            await LookAsync(job);
            return job;
        }

        /// <summary>A job whose process died when it had written its intent.</summary>
        public async Task<GenerationRef> DieAsync()
        {
            GenerationRef job = await AcceptAsync();
            Attempt intent = Jobs.Intent(1, "dead") with { FirstIntentAt = Now, IntentAt = Now, LeaseUntil = Now + Options.SubmitLease };
            await Store.UpdateAsync(job.Id, record => record.WithIntent(intent, Now), None);
            return job;
        }

        public Task<Submission> LookAsync(GenerationRef job) =>
            pipeline.Submitter.SubmitAsync(job, $"execution {Interlocked.Increment(ref _executions)}", None);

        public Task<GenerationEnd> FinishAsync(GenerationRef job) => pipeline.Get<GenerationFinisher>().FinishAsync(job, None);

        public async Task SettleAsync(IReadOnlyList<GenerationRef> jobs, TimeSpan span)
        {
            for (DateTimeOffset end = Now + span; Now < end; Advance(TimeSpan.FromSeconds(30)))
            {
                foreach (GenerationRef job in jobs)
                    await LookAsync(job);
            }
        }

        public Task<JobRecord> ReadAsync(GenerationRef job) => pipeline.ReadAsync(job);

        public async Task<(JobState Job, AttemptState Attempt)> StatesAsync(GenerationRef job)
        {
            JobRecord record = await ReadAsync(job);
            return (record.State, record.CurrentAttempt!.State);
        }

        public Task<LedgerReport> LedgerAsync() => pipeline.Simulator.ReadLedgerAsync(withVideos: false);

        public async Task<string> TaskOfAsync(GenerationRef job) =>
            (await LedgerAsync()).Charges.Single(charge => charge.IdempotencyKey == $"{job.Id}.1").TaskId;

        public ValueTask DisposeAsync() => pipeline.DisposeAsync();

        private async Task<GenerationRef> AcceptAsync()
        {
            VideoGenerationRequest request = new() { Prompt = "A cat playing piano", ImageUrls = ["https://example.com/cat.png"], Duration = 2 };
            JobRecord job = Jobs.Accepted() with { AcceptedAt = Now, UpdatedAt = Now, RequestDigest = RequestDigest.Of(request), Client = $"c{JobId.New().Value[4..]}" };
            await Store.CreateAsync(job, new StoredRequest(request, []), None);
            return job.Ref;
        }
    }
}
