using System.Text.Json;
using Evolink.Client;
using Evolink.Functions.Generations;
using Evolink.Functions.Tests.Properties;
using Evolink.Functions.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Evolink.Testing;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Functions.Tests.Generations;

/// <summary>Places of clients that nobody is in.</summary>
[Collection(nameof(StorageCollection))]
public sealed class PlacesTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly VideoGenerationRequest Request = new()
    {
        Prompt = "A cat",
        ImageUrls = ["https://example.com/cat.png"],
        Duration = 2,
    };

    private readonly string _client = $"c{Guid.NewGuid():N}";

    private JobRecord NewJob() => new()
    {
        Id = JobId.New(),
        Client = _client,
        Hub = "evolink",
        Source = "http",
        RequestDigest = RequestDigest.Of(Request),
        Model = VideoGenerationRequest.Wan26ImageToVideo,
        AcceptedAt = TimeProvider.System.GetUtcNow(),
        UpdatedAt = TimeProvider.System.GetUtcNow(),
    };

    private Task<StoredApp> StartAsync(int? inFlight) => StoredApp.StartAsync(azurite, options =>
    {
        options.SweepGrace = TimeSpan.FromTicks(1);
        options.Limits.Clients[_client] = new ClientLimits { MaxInFlight = inFlight };
    });

    [Fact]
    public async Task The_place_of_a_client_whose_limit_was_taken_away_is_freed_once_by_the_sweep()
    {
        JobRecord lost = NewJob();
        await using StoredApp limited = await StartAsync(inFlight: 5);
        Assert.Null(await limited.Get<ClientQuota>().ReserveAsync(lost, None));
        ClientAccount account = await limited.Get<ClientQuota>().LookAsync(_client, None);
        Reservation old = new(20, TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1));
        await limited.Storage.Generations.GetBlobClient($"limits/clients/{_client}.json").UploadAsync(
            BinaryData.FromString(JsonSerializer.Serialize(
                account with { Open = account.Open.SetItem(lost.Id.Value, old) }, PipelineJsonContext.Default.ClientAccount)),
            overwrite: true);
        await using StoredApp open = await StartAsync(inFlight: null);
        for (int i = 0; i < 3; i++)
            await open.Get<QuotaSweep>().RunAsync(None);
        Assert.Single(
            open.Log.Lines,
            line => line.Contains(lost.Id.Value, StringComparison.Ordinal) && line.Contains("is free", StringComparison.Ordinal));
        Assert.Empty((await open.Get<ClientQuota>().LookAsync(_client, None)).Open);
    }

    [Fact]
    public async Task An_account_that_cannot_be_read_keeps_no_other_client_from_its_places()
    {
        await using StoredApp app = await StartAsync(inFlight: 5);
        await app.Get<ClientQuota>().ReserveAsync(NewJob(), None);
        // The sweep meets it before the other one.
        string bad = "limits/clients/a_bad_one.json";
        await app.Storage.Generations.GetBlobClient(bad).UploadAsync(BinaryData.FromString("not an account"), overwrite: true);
        try
        {
            await app.Get<QuotaSweep>().RunAsync(None);
        }
        finally
        {
            await app.Storage.Generations.GetBlobClient(bad).DeleteIfExistsAsync();
        }

        Assert.Contains(app.Log.Lines, line => line.Contains(" 1801: ", StringComparison.Ordinal));
        Assert.Empty((await app.Get<ClientQuota>().LookAsync(_client, None)).Open);
    }

    [Fact]
    public async Task A_job_that_could_not_be_written_leaves_no_place_taken()
    {
        ManualTimeProvider time = new();
        MemoryStorage storage = new(time);
        NotedDurable durable = new();
        await using ServiceProvider app = WorldServices.Build(
            storage, new LedgerEvolink(time, _ => 0, new Uri("http://127.0.0.1:9"), honoursKeys: false), time, durable, seed: 1, options =>
            {
                options.ClientKeys[_client] = new Dictionary<string, string> { ["0"] = "client-key-of-the-tests" };
                options.Limits.Default.MaxInFlight = 1;
            });
        GenerationIntake intake = app.GetRequiredService<GenerationIntake>();
        NewGeneration wanted = new(NewGeneration.Http, _client, Request, Key: null, OwnBases: []);

        storage.Written = (path, _, _) =>
        {
            if (path.Contains("/records/", StringComparison.Ordinal))
                throw new InvalidOperationException("Storage is away.");
        };
        await Assert.ThrowsAsync<InvalidOperationException>(() => intake.AcceptAsync(durable, wanted, None));
        storage.Written = (_, _, _) => { };
        Assert.IsType<IntakeResult.Accepted>(await intake.AcceptAsync(durable, wanted, None));
        Assert.IsType<IntakeResult.OverQuota>(await intake.AcceptAsync(durable, wanted, None));
    }
}
