using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Azure.Storage.Blobs;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Webhooks;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace Evolink.Pipeline.Tests.Storage;

/// <summary>Two versions of the app over one storage: the older one loses nothing that the newer one has written.</summary>
public sealed class StoredDocumentTests(AzuriteFixture azurite)
{
    private const string Newer = "of_a_newer_version";

    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public void Every_object_within_every_document_that_is_changed_keeps_what_this_version_does_not_know()
    {
        Type[] documents = [typeof(JobRecord), typeof(BatchRecord), typeof(GateState), typeof(RateState), typeof(ClientAccount), typeof(MinuteState)];
        HashSet<Type> seen = [];
        foreach (Type document in documents)
            Visit(document);
        Assert.True(seen.Count > 15, $"{seen.Count} types were looked at.");

        void Visit(Type type)
        {
            if (Nullable.GetUnderlyingType(type) is { } value)
            {
                Visit(value);
                return;
            }

            JsonTypeInfo info = PipelineJsonContext.Default.GetTypeInfo(type)!;
            if (info.Kind is JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary)
                Visit(info.ElementType!);
            if (info.Kind != JsonTypeInfoKind.Object || !seen.Add(type))
                return;
            Assert.True(info.Properties.Any(property => property.IsExtensionData), $"{type.Name} drops the fields that it does not know.");
            // What is only computed is not stored.
            foreach (JsonPropertyInfo property in info.Properties.Where(property =>
                property is { IsExtensionData: false, CustomConverter: null } && (property.Set ?? (object?)property.AssociatedParameter) is not null))
            {
                Visit(property.PropertyType);
            }
        }
    }

    [Fact]
    public void Fields_of_a_newer_version_survive_the_whole_way_of_a_job_at_every_depth()
    {
        DateTimeOffset now = Jobs.Start;
        JobRecord job = Marked((Jobs.Accepted() with { Webhook = JobWebhook.Of("https://example.com/hook") }).WithIntent(Jobs.Intent(1, "a"), now));
        job = job.WithOutcome("a", 1, entry => entry with { State = AttemptState.NotSent, Error = new JobError("network", "No.") }, now);
        // The same attempt is sent again, and its entry made anew.
        job = Marked(job.WithIntent(Jobs.Intent(1, "b"), now)).WithOutcome("b", 1, Jobs.Taken, now)
            .WithReading(Jobs.First, 40, new TaskCredits(3), now)
            .WithCompletedSeen(Jobs.First, now).WithSaveTry(Jobs.First, "No answer.", now, now).WithVideo(Jobs.First, Jobs.Video, now).WithCancelRequest(now).WithEnd(now);
        job = Marked(job);
        WebhookRun run = WebhookRun.DueFor(job)!;
        job = job.WithWebhookCall(run, new WebhookCall(now, 1, 0, 1, 500, "No."), WebhookState.Pending, now).WithRedelivery(now).WithRemoval(now);

        JsonObject after = Json(job);
        Assert.Equal("x", (string?)after[Newer]);
        Assert.Equal("x", (string?)after["attempts"]![0]![Newer]);
        Assert.Equal("x", (string?)after["attempts"]![0]!["intent"]![Newer]);
        Assert.Equal("x", (string?)after["video"]![Newer]);
        Assert.Equal("x", (string?)after["webhook"]![Newer]);
        Assert.All(after["timeline"]!.AsArray(), change => Assert.Equal("x", (string?)change![Newer]));
    }

    [Fact]
    public async Task A_field_of_a_newer_version_is_kept_in_record_and_gate()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        GenerationRef job = await pipeline.AcceptAsync();
        BlobClient record = await MarkAsync(pipeline, $"records/{job.Id}.json");
        BlobClient gate = pipeline.Storage.Generations.GetBlobClient($"limits/{pipeline.Options.Hub}/submits.json");
        await gate.UploadAsync(BinaryData.FromString($$"""{"unknown":[],"failed_probes":0,"{{Newer}}":"x"}"""), overwrite: true);

        await pipeline.Get<SubmitGate>().StopAsync("ops", None);
        await pipeline.Store.UpdateAsync(job.Id, seen => seen.WithCancelRequest(TimeProvider.System.GetUtcNow()), None);
        JsonObject after = await ReadAsync(record);
        Assert.True(after.ContainsKey("cancel_requested_at"));
        Assert.Equal("x", (string?)after[Newer]);
        Assert.Equal("x", (string?)(await ReadAsync(gate))[Newer]);
    }

    [Fact]
    public void A_minute_a_rate_and_an_account_of_a_newer_version_lose_nothing_when_they_are_used()
    {
        ClientAccount account = Marked(ClientAccount.Empty.WithReservation(Jobs.Accepted(), new ClientLimits { CreditsPerDay = 100 }, 1, Jobs.Start).After, PipelineJsonContext.Default.ClientAccount);
        (account, _) = account.WithReservation(Jobs.Accepted(), new ClientLimits { CreditsPerDay = 100 }, 1, Jobs.Start);
        Assert.Equal("x", (string?)Json(account, PipelineJsonContext.Default.ClientAccount)[Newer]);
        Assert.Equal(2, account.Open.Count);
        Assert.Single(account.Open.Values, reservation => reservation.UnknownFields?.ContainsKey(Newer) == true);
        MinuteState minute = Marked(new MinuteState(7, 3), PipelineJsonContext.Default.MinuteState);
        Assert.Equal("x", (string?)Json(minute.Lease(8, 10, 1).After, PipelineJsonContext.Default.MinuteState)[Newer]);
    }

    [Fact]
    public void A_state_that_this_version_does_not_know_is_read_and_written_back_under_its_name()
    {
        string json = Json(Jobs.Waiting()).ToJsonString()
            .Replace("\"state\":\"waiting\"", "\"state\":\"archiving\"", StringComparison.Ordinal)
            .Replace("\"state\":\"accepted\",\"first_intent_at\"", "\"state\":\"mirrored\",\"first_intent_at\"", StringComparison.Ordinal);
        JobRecord job = JsonSerializer.Deserialize(json, PipelineJsonContext.Default.JobRecord)!;
        Assert.False(job.State.IsKnown);
        Assert.False(job.IsUnderstood);
        Assert.False(job.State.IsTerminal);
        Assert.Equal("processing", job.State.WireStatus);

        JsonObject after = Json(job.WithCancelRequest(Jobs.Start).WithEnd(Jobs.Start));
        Assert.True(after.ContainsKey("cancel_requested_at"));
        Assert.Equal("archiving", (string?)after["state"]);
        Assert.Equal("archiving", (string?)after["timeline"]!.AsArray()[^1]!["state"]);
        Assert.Equal("mirrored", (string?)after["attempts"]![0]!["state"]);
    }

    [Fact]
    public void A_job_in_a_state_that_this_version_does_not_know_is_not_submitted()
    {
        JobRecord job = Jobs.Accepted() with { State = (JobState)1_000_000 };
        Assert.False(job.MayIntend(1));
        Assert.Same(job, job.WithIntent(Jobs.Intent(1, "a"), Jobs.Start));
    }

    [Fact]
    public void An_item_of_a_batch_in_a_state_that_this_version_does_not_know_keeps_it()
    {
        BatchRecord batch = new()
        {
            Id = BatchId.New(),
            Client = "alice",
            Hub = "evolink",
            Digest = "digest",
            OwnBases = [],
            RequestLengths = [1, 1, 1],
            MaxInFlight = 1,
            AcceptedAt = Jobs.Start,
            UpdatedAt = Jobs.Start,
            Items = [BatchItemState.Waiting, BatchItemState.Started, BatchItemState.Removed],
        };
        string json = Json(batch, PipelineJsonContext.Default.BatchRecord).ToJsonString().Replace("\"wsr\"", "\"wsq\"", StringComparison.Ordinal);
        BatchRecord read = JsonSerializer.Deserialize(json, PipelineJsonContext.Default.BatchRecord)!;
        BatchRecord after = read.WithEnded(new Dictionary<int, BatchItemState> { [1] = BatchItemState.Completed }, Jobs.Start).WithEnd(Jobs.Start);
        Assert.Equal("wcq", (string?)Json(after, PipelineJsonContext.Default.BatchRecord)["items"]);
        Assert.Null(after.EndedAt);
    }

    [Fact]
    public async Task A_record_of_a_newer_layout_is_not_read()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        GenerationRef job = await pipeline.AcceptAsync();
        await RaiseSchemaAsync(pipeline, job);
        await Assert.ThrowsAsync<InvalidDataException>(() => pipeline.Store.FindAsync(job.Id, None));
        await Assert.ThrowsAsync<InvalidDataException>(() => pipeline.Store.UpdateAsync(job.Id, seen => seen.WithCancelRequest(Jobs.Start), None));
    }

    [Fact]
    public async Task What_was_paid_for_is_written_into_a_record_that_a_newer_version_has_given_another_layout_meanwhile()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        pipeline.Simulator.Order(new FaultOrder(new FaultScript { Submit = new SubmitFault.SlowAnswer(1.5) }));
        GenerationRef generation = await pipeline.AcceptAsync();
        Task<Submission> submit = pipeline.Submitter.SubmitAsync(generation, "old", None);
        while (await pipeline.ChargesAsync() == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, None);
        // A newer instance notes a callback or a cancel, in its own layout.
        BlobClient record = await RaiseSchemaAsync(pipeline, generation);
        await submit;

        string task = (await pipeline.Simulator.ReadLedgerAsync(withVideos: false)).Charges.Single().TaskId!;
        JsonObject after = await ReadAsync(record);
        Assert.Equal(task, (string?)after["attempts"]![0]!["task_id"]);
        Assert.Equal((2, "x"), ((int)after["schema"]!, (string?)after[Newer]));
    }

    private static async Task<BlobClient> RaiseSchemaAsync(TestPipeline pipeline, GenerationRef job)
    {
        BlobClient record = await MarkAsync(pipeline, $"records/{job.Id}.json");
        string json = (await ReadAsync(record)).ToJsonString();
        await record.UploadAsync(BinaryData.FromString(json.Replace("\"schema\":1", "\"schema\":2", StringComparison.Ordinal)), overwrite: true);
        return record;
    }

    private static async Task<BlobClient> MarkAsync(TestPipeline pipeline, string path)
    {
        BlobClient blob = pipeline.Storage.Generations.GetBlobClient(path);
        JsonObject json = await ReadAsync(blob);
        Mark(json);
        await blob.UploadAsync(BinaryData.FromString(json.ToJsonString()), overwrite: true);
        return blob;
    }

    private static async Task<JsonObject> ReadAsync(BlobClient blob) => JsonNode.Parse((await blob.DownloadContentAsync()).Value.Content)!.AsObject();

    private static JsonObject Json(JobRecord job) => Json(job, PipelineJsonContext.Default.JobRecord);

    private static JsonObject Json<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToNode(value, type)!.AsObject();

    private static JobRecord Marked(JobRecord job) => Marked(job, PipelineJsonContext.Default.JobRecord);

    // As a newer version may have written it: with a field more in every object.
    private static T Marked<T>(T value, JsonTypeInfo<T> type)
    {
        JsonObject json = Json(value, type);
        Mark(json);
        return json.Deserialize(type)!;
    }

    private static void Mark(JsonNode? node)
    {
        foreach (JsonNode? inner in node is JsonObject of ? of.Select(field => field.Value).ToList() : node is JsonArray array ? [.. array] : [])
            Mark(inner);
        // The values of these are no objects of ours.
        if (node is JsonObject here && (here.Parent is not JsonObject || here.GetPropertyName() is not ("open" or "credits_per_second")))
            here[Newer] = "x";
    }
}
