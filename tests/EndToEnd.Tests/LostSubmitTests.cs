using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>
/// An app whose windows of minutes are seconds, at a provider that honours no idempotency key, and lists the account's tasks.
/// </summary>
public sealed class ListingApp(Apps apps) : AppFixture(apps, new TestAppOptions
{
    Simulator = new SimulatorOptions { AllowLoopback = true, TaskDuration = TimeSpan.Zero, FetchImages = false, Idempotency = IdempotencySupport.Off },
    Settings = new Dictionary<string, string?>
    {
        ["Evolink:SubmitTimeout"] = "00:00:02",
        ["Evolink:SubmitLeaseMargin"] = "00:00:01",
        ["Evolink:TaskListDelay"] = "00:00:01",
        ["Evolink:TaskListInterval"] = "00:00:01",
    },
});

/// <summary>A submit whose answer was lost, and that the account's list shows never to have arrived.</summary>
public sealed class LostSubmitTests(ListingApp listing) : AppTests(listing.App), IClassFixture<ListingApp>
{
    [Fact]
    public async Task A_submit_that_the_list_shows_never_to_have_arrived_is_sent_again_and_charged_once()
    {
        JobId id = await StartAsync(new FaultScript { Submit = new SubmitFault.Reset(Charged: false) });

        JobRecord job = await App.EndOfAsync(id);

        Assert.True(job.State == JobState.Completed, job.Error?.ToString());
        LedgerReport ledger = await LedgerAsync(id);
        Assert.Equal((2, 1), (ledger.Submits.Count, ledger.Charges.Count));
    }
}
