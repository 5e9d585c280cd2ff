using Evolink.Functions.Generations;
using Evolink.Functions.Tests.Support;
using Evolink.Functions.Webhooks;

namespace Evolink.Functions.Tests.Webhooks;

/// <summary>The orchestration with an activity that plays a script.</summary>
public sealed class DeliverWebhookTests
{
    private static readonly TimeSpan[] Delays = [TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromHours(24)];

    private readonly OrchestrationRun _run = new(Orchestration.OfOneWebhook());

    [Fact]
    public void It_calls_again_when_the_time_has_come_and_ends_when_there_is_nothing_more_to_do()
    {
        _run.ScriptCalls(nameof(CallWebhook), [.. Calls()]);
        _run.Complete();
        Assert.Equal(Delays.Length + 1, _run.Calls.Count);
        Assert.All(Delays.Index(), delay => Assert.True(_run.Calls[delay.Index + 1].At >= _run.Calls[delay.Index].At + delay.Item));
    }

    [Fact]
    public void A_fault_of_storage_does_not_end_it()
    {
        Func<object?> fault = () => throw new IOException("storage is away");
        _run.ScriptCalls(nameof(CallWebhook), [fault, fault, fault, .. Calls()]);
        _run.Complete();
        Assert.Equal(3 + Delays.Length + 1, _run.Calls.Count);
    }

    private IEnumerable<Func<object?>> Calls() => Delays
        .Select(delay => (Func<object?>)(() => new Step(StepKind.Again, _run.Now + delay)))
        .Append(() => new Step(StepKind.Done, null));
}
