using Evolink.Pipeline.Generations;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests.Support;

/// <summary>Tests of an app that they share: each has a client and a prompt of its own, by which its jobs, faults and charges are told from those of others.</summary>
public abstract class AppTests(Task<TestApp> app) : IAsyncLifetime
{
    protected TestApp App { get; private set; } = null!;

    /// <summary>A client that no other test is.</summary>
    protected Guest Client { get; private set; } = null!;

    /// <summary>A prompt that no other test has.</summary>
    protected string Prompt { get; } = $"A cat playing piano, take {Guid.NewGuid():N}";

    public async ValueTask InitializeAsync()
    {
        App = await app;
        Client = App.NewGuest();
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Starts a generation with this test's prompt; what goes wrong with it is given.</summary>
    protected Task<JobId> StartAsync(FaultScript? faults = null, string? key = null)
    {
        Order(faults);
        return Client.StartAsync(Api.Body(Prompt), key);
    }

    /// <summary>Starts a generation whose task does not end by itself, and waits until Evolink has it.</summary>
    protected async Task<JobId> StartStuckAsync()
    {
        JobId id = await StartAsync(Stuck);
        await App.UntilAsync(id, job => job.State == JobState.Waiting);
        return id;
    }

    /// <summary>What goes wrong with submits of this test's prompt.</summary>
    protected void Order(FaultScript? faults, int? submits = 1)
    {
        if (faults is not null)
            App.Simulator.Order(new FaultOrder(faults, PromptContains: Prompt, Submits: submits));
    }

    /// <summary>Lets a task that is stuck end.</summary>
    protected async Task ReleaseAsync(JobId id) =>
        App.Simulator.Order(new FaultOrder(FaultScript.None, (await App.Store.ReadAsync(id, CancellationToken.None)).CurrentAttempt!.TaskId));

    /// <summary>A task that goes on for ever.</summary>
    protected static FaultScript Stuck { get; } = new() { Reads = [new ReadFault.Stuck()] };

    /// <summary>What Evolink knows of some jobs.</summary>
    protected async Task<LedgerReport> LedgerAsync(params IEnumerable<JobId> jobs)
    {
        LedgerReport all = await App.Simulator.ReadLedgerAsync(withVideos: false);
        SubmitEntry[] submits = [.. all.Submits.Where(submit => jobs.Any(id => submit.IdempotencyKey?.StartsWith($"{id}.", StringComparison.Ordinal) == true))];
        HashSet<string?> tasks = [.. submits.Select(submit => submit.TaskId)];
        return new LedgerReport(
            submits,
            [.. all.Charges.Where(charge => tasks.Contains(charge.TaskId))],
            [.. all.IdempotencyKeys.Where(entry => tasks.Contains(entry.TaskId))],
            [.. all.Tasks.Where(task => tasks.Contains(task.Id))]);
    }
}
