using DurableTask.Core.History;

namespace Evolink.Functions.Tests.Properties;

/// <summary>
/// One piece of work of the app, such as an activity or a callback, that stops before and after every request it sends, until the world
/// lets it go on. Only one of them runs at any time, so that a list of decisions makes a whole history, and makes it again.
/// </summary>
internal sealed class Execution
{
    private static readonly AsyncLocal<Execution?> Flow = new();
    private TaskCompletionSource _stopped = NewSource();
    private TaskCompletionSource _goOn = NewSource();

    private Execution(string name, int? job) => (Name, Job) = (name, job);

    public string Name { get; }

    /// <summary>The job whose activity it is; null for everything else.</summary>
    public int? Job { get; }

    /// <summary>The activity that it is an execution of.</summary>
    public TaskScheduledEvent? Activity { get; set; }

    public Task Done { get; private set; } = Task.CompletedTask;

    public bool IsDead { get; private set; }

    /// <summary>How often it changed storage.</summary>
    public int Writes { get; private set; }

    /// <summary>Starts the work, which runs to its first request.</summary>
    public static async Task<Execution> StartAsync(string name, int? job, Func<Execution, Task> work)
    {
        Execution execution = new(name, job);
        execution.Done = Task.Run(async () =>
        {
            Flow.Value = execution;
            try
            {
                await work(execution);
            }
            catch (ProcessDiedException)
            {
                // Nobody is left to tell.
            }
        });
        await execution.RunAsync();
        return execution;
    }

    /// <summary>Stops the execution whose request this is; what sends outside of any (the test itself) passes.</summary>
    public static Task PassAsync() => Flow.Value?.StopAsync() ?? Task.CompletedTask;

    /// <summary>Stops an execution whose process has died.</summary>
    public static void ThrowIfDead()
    {
        if (Flow.Value is { IsDead: true })
            throw new ProcessDiedException();
    }

    /// <summary>Counts a change of storage.</summary>
    public static void Wrote()
    {
        if (Flow.Value is { } execution)
            execution.Writes++;
    }

    /// <summary>Lets it go on to its next request, or to its end.</summary>
    public Task NextAsync()
    {
        TaskCompletionSource goOn = _goOn;
        _goOn = NewSource();
        _stopped = NewSource();
        goOn.SetResult();
        return RunAsync();
    }

    /// <summary>Its process dies where it stands: nothing that it would do from now on happens.</summary>
    public Task KillAsync()
    {
        IsDead = true;
        return NextAsync();
    }

    private async Task RunAsync()
    {
        if (await Task.WhenAny(_stopped.Task, Done) == Done)
            await Done;
    }

    private async Task StopAsync()
    {
        if (IsDead)
            throw new ProcessDiedException();
        Task goOn = _goOn.Task;
        _stopped.SetResult();
        await goOn;
        if (IsDead)
            throw new ProcessDiedException();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>The end of a process, as its code sees it: the next thing does not happen.</summary>
internal sealed class ProcessDiedException() : Exception("The process died here.");
