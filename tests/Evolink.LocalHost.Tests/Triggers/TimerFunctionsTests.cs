using System.Threading.Channels;
using Evolink.LocalHost.Hosting;
using Evolink.Testing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.LocalHost.Tests.Triggers;

public sealed class TimerFunctionsTests : IDisposable
{
    // The engine has one timer of its own.
    private const int EngineAndTimer = 2;

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 11, 59, 30, TimeSpan.Zero));
    private readonly Witness _witness = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_timer_runs_when_it_is_due_and_again_at_the_next_time()
    {
        await using LocalFunctionsHost host = await StartAsync(typeof(Hourly));
        await _time.TimersAsync(EngineAndTimer);

        _time.Advance(TimeSpan.FromSeconds(30));
        Run first = await _witness.NextAsync();
        await _time.TimersAsync(EngineAndTimer);
        _time.Advance(TimeSpan.FromHours(1));
        Run second = await _witness.NextAsync();

        Assert.Equal((At(12), false, true), (first.At, first.Info.IsPastDue, first.HasClient));
        Assert.Equal(At(13), second.At);
        Assert.Equal((At(12).UtcDateTime, At(14).UtcDateTime), (second.Info.ScheduleStatus!.Last, second.Info.ScheduleStatus.Next));
    }

    [Fact]
    public async Task A_run_that_was_missed_is_made_up_for_once_and_told_as_past_due()
    {
        await using (LocalFunctionsHost host = await StartAsync(typeof(Hourly)))
            await _time.TimersAsync(EngineAndTimer);
        _time.Advance(TimeSpan.FromHours(3));

        await using (LocalFunctionsHost host = await StartAsync(typeof(Hourly)))
        {
            Assert.True((await _witness.NextAsync()).Info.IsPastDue);
            await _time.TimersAsync(EngineAndTimer);
        }

        await using (LocalFunctionsHost host = await StartAsync(typeof(Hourly)))
        {
            await _time.TimersAsync(EngineAndTimer);
            Assert.False(_witness.HasRun);
        }
    }

    [Fact]
    public async Task A_run_that_the_end_of_the_host_cut_off_counts_as_missed()
    {
        _witness.Hold = true;
        await using (LocalFunctionsHost host = await StartAsync(typeof(Hourly)))
        {
            await _time.TimersAsync(EngineAndTimer);
            _time.Advance(TimeSpan.FromSeconds(30));
            await _witness.NextAsync();
        }

        _witness.Hold = false;
        await using LocalFunctionsHost again = await StartAsync(typeof(Hourly));

        Assert.True((await _witness.NextAsync()).Info.IsPastDue);
    }

    [Fact]
    public async Task A_run_that_outlasts_its_interval_is_not_joined_by_another()
    {
        _witness.Hold = true;
        await using LocalFunctionsHost host = await StartAsync(typeof(Hourly));
        await _time.TimersAsync(EngineAndTimer);
        _time.Advance(TimeSpan.FromSeconds(30));
        await _witness.NextAsync();

        _time.Advance(TimeSpan.FromHours(2.5));
        Assert.False(_witness.HasRun);
        _witness.Release();
        await _time.TimersAsync(EngineAndTimer);
        _time.Advance(TimeSpan.FromMinutes(30));

        Assert.Equal(At(15), (await _witness.NextAsync()).At);
    }

    [Fact]
    public async Task A_run_that_throws_does_not_end_the_timer()
    {
        _witness.Throws = true;
        await using LocalFunctionsHost host = await StartAsync(typeof(Hourly));
        await _time.TimersAsync(EngineAndTimer);
        _time.Advance(TimeSpan.FromSeconds(30));
        await _witness.NextAsync();
        await _time.TimersAsync(EngineAndTimer);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(At(13), (await _witness.NextAsync()).At);
    }

    [Fact]
    public async Task RunOnStartup_is_honoured_and_a_schedule_may_stand_in_the_settings()
    {
        await using LocalFunctionsHost host = await StartAsync(typeof(AtOnce));

        Run first = await _witness.NextAsync();
        await _time.TimersAsync(EngineAndTimer);
        _time.Advance(TimeSpan.FromSeconds(10));

        // More often than once a minute: nothing is monitored.
        Assert.Null(first.Info.ScheduleStatus);
        Assert.Equal(first.At.AddSeconds(10), (await _witness.NextAsync()).At);
    }

    private static DateTimeOffset At(int hour) => new(2026, 1, 1, hour, 0, 0, TimeSpan.Zero);

    private Task<LocalFunctionsHost> StartAsync(Type functions) => LocalFunctionsHost.StartAsync(new LocalFunctionsHostOptions
    {
        FunctionApp = functions.Assembly,
        FunctionClasses = [functions],
        ConfigureServices = (services, _, _) => services.AddSingleton(_witness),
        Settings = _ => new Dictionary<string, string?> { ["Every"] = "00:00:10" },
        JournalPath = _folder["journal.db"],
        Time = _time,
    });

    public sealed class Hourly(Witness witness, TimeProvider time)
    {
        [Function("Hourly")]
        public Task RunAsync([TimerTrigger("0 0 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
            witness.RanAsync(new Run(time.GetUtcNow(), timer, client is not null), cancellationToken);
    }

    public sealed class AtOnce(Witness witness, TimeProvider time)
    {
        [Function("AtOnce")]
        public Task RunAsync([TimerTrigger("%Every%", RunOnStartup = true)] TimerInfo timer) => witness.RanAsync(new Run(time.GetUtcNow(), timer, HasClient: false), CancellationToken.None);
    }

    public sealed record Run(DateTimeOffset At, TimerInfo Info, bool HasClient);

    public sealed class Witness
    {
        private readonly Channel<Run> _runs = Channel.CreateUnbounded<Run>();
        private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Hold { get; set; }

        public bool Throws { get; set; }

        public bool HasRun => _runs.Reader.Count > 0;

        public void Release() => _release.SetResult();

        public ValueTask<Run> NextAsync() => _runs.Reader.ReadAsync();

        public async Task RanAsync(Run run, CancellationToken cancellationToken)
        {
            _runs.Writer.TryWrite(run);
            if (Hold)
                await _release.Task.WaitAsync(cancellationToken);
            if (Throws)
                throw new InvalidOperationException("As the test asked for.");
        }
    }
}
