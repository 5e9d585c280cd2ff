using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>A batch against an Evolink that allows so many submits a second.</summary>
public sealed class BatchRateTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    [Fact]
    public Task A_small_batch_stays_within_the_rate_and_finishes() => RunAsync(items: 20, perSecond: 10, TimeSpan.Zero);

    // 40 s of real time: dotnet test tests/EndToEnd.Tests --filter BatchRateTests -- xUnit.Explicit=only
    [Fact(Explicit = true)]
    public Task A_batch_of_200_stays_within_5_a_second_and_finishes() => RunAsync(items: 200, perSecond: 5, TimeSpan.FromSeconds(2));

    private async Task RunAsync(int items, int perSecond, TimeSpan taskDuration)
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions
        {
            Simulator = new SimulatorOptions { AllowLoopback = true, FetchImages = false, TaskDuration = taskDuration, SubmitsPerSecond = perSecond },
            Settings = new Dictionary<string, string?> { ["Evolink:MaxSubmitsPerSecond"] = $"{perSecond}" },
        });
        using HttpClient client = app.Client();
        using HttpResponseMessage posted = await client.PostAsync("v1/batches", Batches.OfImages(items), key: null);
        Assert.True(posted.StatusCode == HttpStatusCode.OK, await posted.Content.ReadAsStringAsync());
        JsonElement end = await client.EndOfBatchAsync((await posted.JsonAsync()).GetProperty("id").GetString()!);

        Assert.Equal(items, end.GetProperty("counts").GetProperty("completed").GetInt32());
        LedgerReport ledger = await app.Simulator.ReadLedgerAsync(withVideos: false);
        Assert.Equal(items, ledger.Charges.Count);
        DateTimeOffset[] submits = [.. ledger.Submits.Select(submit => submit.At).Order()];
        foreach (int window in new[] { 1, 2, 5, 10 })
        {
            int most = Enumerable.Range(0, submits.Length).Max(first => submits.Skip(first).TakeWhile(at => at < submits[first].AddSeconds(window)).Count());
            output.WriteLine($"window of {window} s: at most {most} submits; limit {perSecond * window}");
            Assert.True(most <= perSecond * window * 1.1, $"{most} submits within {window} s, of {perSecond} a second");
        }

        output.WriteLine($"{submits.Length} submits, {ledger.Submits.Count(submit => submit.Answer.StartsWith("429", StringComparison.Ordinal))} of them answered 429, in {(submits[^1] - submits[0]).TotalSeconds:0.0} s");
    }
}
