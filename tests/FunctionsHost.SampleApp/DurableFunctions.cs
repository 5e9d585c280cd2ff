using System.Globalization;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

namespace FunctionsHost.SampleApp;

/// <param name="Folder">Where the activity leaves a file "started-N" for its Nth run, and waits for a file "go".</param>
/// <param name="Tries">How often it may be tried.</param>
public sealed record Gate(string Folder, int Tries);

public static class DurableFunctions
{
    [Function(nameof(Chain))]
    public static async Task<string> Chain([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        string said = await context.CallActivityAsync<string>(nameof(SayHello), context.GetInput<string>());
        said = await context.CallActivityAsync<string>(nameof(SayHello), said);
        return await context.CallActivityAsync<string>(nameof(SayHello), said);
    }

    [Function(nameof(FanOut))]
    public static async Task<int> FanOut([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        int[] squares = await Task.WhenAll(Enumerable.Range(1, context.GetInput<int>()).Select(n => context.CallActivityAsync<int>(nameof(Square), n)));
        return squares.Sum();
    }

    [Function(nameof(Parent))]
    public static async Task<string> Parent([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        string child = await context.CallSubOrchestratorAsync<string>(nameof(Chain), context.GetInput<string>(), new SubOrchestrationOptions { InstanceId = $"{context.InstanceId}-child" });
        return $"my child says: {child}";
    }

    [Function(nameof(Nap))]
    public static async Task<TimeSpan> Nap([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        DateTime began = context.CurrentUtcDateTime;
        await context.CreateTimer(TimeSpan.FromSeconds(context.GetInput<int>()), CancellationToken.None);
        return context.CurrentUtcDateTime - began;
    }

    /// <summary>Waits for an event, and tells how far it is.</summary>
    [Function(nameof(Approval))]
    public static async Task<string> Approval([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        context.SetCustomStatus("waiting");
        string by = await context.WaitForExternalEvent<string>("approved");
        context.SetCustomStatus("done");
        return $"approved by {by}";
    }

    /// <summary>Tells what it learns of an activity that failed.</summary>
    [Function(nameof(Catch))]
    public static async Task<string> Catch([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try
        {
            return await context.CallActivityAsync<string>(nameof(Fail), context.GetInput<string>());
        }
        catch (TaskFailedException e)
        {
            return $"{e.FailureDetails.ErrorType}: {e.FailureDetails.ErrorMessage} / {e.FailureDetails.InnerFailure?.ErrorType}: {e.FailureDetails.InnerFailure?.ErrorMessage}";
        }
    }

    [Function(nameof(Uncaught))]
    public static Task<string> Uncaught([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<string>(nameof(Fail), context.GetInput<string>());

    [Function(nameof(Countdown))]
    public static async Task<string> Countdown([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        int left = context.GetInput<int>();
        if (left == 0)
            return "lift-off";
        await context.CallActivityAsync<int>(nameof(Square), left);
        context.ContinueAsNew(left - 1);
        return "not the end";
    }

    /// <summary>Runs an activity that waits, as often as it takes.</summary>
    [Function(nameof(Guarded))]
    public static Task<string> Guarded([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        Gate gate = context.GetInput<Gate>()!;
        return context.CallActivityAsync<string>(nameof(PassGate), gate, TaskOptions.FromRetryPolicy(new RetryPolicy(gate.Tries, TimeSpan.FromMilliseconds(100))));
    }

    [Function(nameof(SayHello))]
    public static string SayHello([ActivityTrigger] string name) => $"hello {name}";

    [Function(nameof(Square))]
    public static int Square([ActivityTrigger] int number) => number * number;

    [Function(nameof(Fail))]
    public static string Fail([ActivityTrigger] string message) =>
        throw new InvalidOperationException(message, new FormatException("the reason"));

    [Function(nameof(PassGate))]
    public static async Task<string> PassGate([ActivityTrigger] Gate gate, CancellationToken cancellationToken)
    {
        int run = Directory.GetFiles(gate.Folder, "started-*").Length + 1;
        await File.WriteAllTextAsync(Path.Combine(gate.Folder, $"started-{run}"), Environment.ProcessId.ToString(CultureInfo.InvariantCulture), cancellationToken);
        if (File.Exists(Path.Combine(gate.Folder, "fail")))
            throw new InvalidOperationException($"run {run} fails");
        while (!File.Exists(Path.Combine(gate.Folder, "go")))
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
        return $"passed at run {run}";
    }

    [Function(nameof(Counter))]
    public static Task Counter([EntityTrigger] TaskEntityDispatcher dispatcher) => dispatcher.DispatchAsync<CounterEntity>();
}

public sealed class CounterEntity : TaskEntity<int>
{
    public void Add(int amount) => State += amount;
}
