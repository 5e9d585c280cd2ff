using System.Net;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>A batch against an Evolink that allows so many submits a second.</summary>
public sealed class BatchRateTests(Apps apps, ITestOutputHelper output)
{
    [Fact]
    public async Task A_small_batch_finishes_without_a_failed_item() => await RunAsync(items: 20, perSecond: 10, TimeSpan.Zero);

    // It measures 45 s of real time, so it wants the machine for itself, and runs only when it is asked for:
    // dotnet test tests/EndToEnd.Tests --filter BatchRateTests -- xUnit.Explicit=only
    [Fact(Explicit = true)]
    public async Task A_batch_of_200_stays_within_5_a_second_and_finishes()
    {
        const int perSecond = 5;
        IReadOnlyList<SubmitEntry> submits = await RunAsync(items: 200, perSecond, TimeSpan.FromSeconds(2));
        DateTimeOffset[] times = [.. submits.Select(submit => submit.At).Order()];
        output.WriteLine($"{times.Length} submits in {(times[^1] - times[0]).TotalSeconds:0.0} s, {submits.Count(submit => submit.Answer.StartsWith("429", StringComparison.Ordinal))} of them answered 429");
        foreach (int seconds in new[] { 1, 2, 5, 10 })
        {
            int most = times.Max(from => times.Count(at => at >= from && at < from.AddSeconds(seconds)));
            output.WriteLine($"at most {most} submits within {seconds} s; the limit is {perSecond * seconds}");
            // One more than that: two that keep their distance may fall on both ends of the window.
            Assert.True(
                most <= (perSecond * seconds * 1.1) + 1, $"{most} submits within {seconds} s, where {perSecond} a second are allowed");
        }
    }

    private async Task<IReadOnlyList<SubmitEntry>> RunAsync(int items, int perSecond, TimeSpan taskDuration)
    {
        await using TestApp app = await TestApp.StartAsync(apps.Azurite, new TestAppOptions
        {
            Simulator = Apps.Instant with { TaskDuration = taskDuration, SubmitsPerSecond = perSecond },
            Settings = new Dictionary<string, string?> { ["Evolink:MaxSubmitsPerSecond"] = $"{perSecond}" },
        });
        using HttpClient client = app.Client();
        using HttpResponseMessage posted = await client.PostAsync("v1/batches", Batches.OfImages(items), key: null);
        Assert.True(posted.StatusCode == HttpStatusCode.OK, await posted.Content.ReadAsStringAsync());
        JsonElement end = await client.EndOfBatchAsync((await posted.JsonAsync()).GetProperty("id").GetString()!);

        Assert.Equal(items, end.Count("completed"));
        LedgerReport ledger = await app.Simulator.ReadLedgerAsync(withVideos: false);
        Assert.Equal(items, ledger.Charges.Count);
        return ledger.Submits;
    }
}
