using System.Net;
using System.Net.Http.Json;
using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using FunctionsHost.Tests.Support;

namespace FunctionsHost.Tests;

/// <summary>Triggers and bindings of queues and blobs.</summary>
public sealed class StorageTests(SharedApp shared)
{
    private readonly SampleApp _app = shared.App;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_runs_the_function_whose_output_is_named_by_a_property_of_the_message()
    {
        await _app.Storage.Queue("work").SendAsync("""{ "Id": "job-1" }""");

        Assert.Equal("job-1 done at try 1, receipt True", await _app.Storage.ReadAsync("results", "job-1.txt"));
    }

    [Fact]
    public async Task A_message_that_fails_five_times_goes_to_the_poison_queue()
    {
        await _app.Storage.Queue("work").SendAsync("""{ "Id": "job-2", "Fail": true }""");

        Assert.Equal("job-2 given up", await _app.Storage.ReadAsync("poisoned", "job-2.txt"));
        int tries = _app.Log.Lines.Count(line => line.Category == "Function.OnWork" && line.Text.Contains("job-2 cannot be done", StringComparison.Ordinal));
        Assert.Equal(5, tries);
    }

    [Fact]
    public async Task A_plain_message_arrives_as_it_was_sent()
    {
        await _app.Storage.Queue("raw").SendAsync("plain text");

        Assert.EndsWith(": plain text", await _app.Storage.Queue("raw-seen").ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blob_that_appears_is_found_by_polling()
    {
        await _app.Storage.UploadAsync("uploads", "polled.txt", "by polling");

        Assert.Equal("polled: by polling", await _app.Storage.ReadAsync("copies", "polled.txt"));
    }

    [Theory]
    [InlineData("EventGridEvent", "event")]
    [InlineData("CloudEvent", "cloud")]
    public async Task An_event_of_Event_Grid_runs_the_function_that_its_address_names(string schema, string name)
    {
        BlobClient blob = await _app.Storage.UploadAsync("arrivals", $"{name}.txt", $"by {schema}");

        using HttpResponseMessage response = await _app.Http.SendAsync(EventOf(blob, schema), Cancelled);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal($"{name}.txt of arrivals: by {schema}", await _app.Storage.ReadAsync("arrived", $"{name}.txt"));
    }

    [Fact]
    public async Task Event_Grids_question_whether_it_may_send_is_answered()
    {
        using HttpRequestMessage request = new(HttpMethod.Post, WebhookOf("OnArrival"))
        {
            Content = JsonContent.Create(new[]
            {
                new
                {
                    id = "1", topic = "t", subject = "", eventType = "Microsoft.EventGrid.SubscriptionValidationEvent", eventTime = "2026-01-01T00:00:00Z",
                    data = new { validationCode = "a code" }, dataVersion = "2", metadataVersion = "1",
                },
            }),
        };
        request.Headers.Add("aeg-event-type", "SubscriptionValidation");

        using HttpResponseMessage response = await _app.Http.SendAsync(request, Cancelled);

        Assert.Contains("a code", await response.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inputs_are_read_and_every_output_is_written()
    {
        await _app.Storage.UploadAsync("inputs", "cat.txt", "a tail");

        using HttpResponseMessage response = await _app.Http.PostAsync("output/cat", null, Cancelled);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("cat with a tail", await _app.Storage.ReadAsync("outputs", "cat.txt"));
        string[] messages = [await _app.Storage.Queue("outputs").ReceiveAsync(), await _app.Storage.Queue("outputs").ReceiveAsync()];
        Assert.Equal(["first cat", "second cat"], messages.Order());
    }

    [Fact]
    public async Task Messages_in_Base64_are_read_where_the_setting_says_so_and_visibility_holds_a_failed_one_back()
    {
        await using SampleApp app = await SampleApp.StartAsync(shared.Azurite.NewAccount(), new Dictionary<string, string?>
        {
            ["AzureFunctionsJobHost__extensions__queues__messageEncoding"] = "base64",
            ["AzureFunctionsJobHost__extensions__queues__visibilityTimeout"] = "00:01:00",
        });

        await app.Storage.Queue("raw").SendAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes("encoded text")));
        await app.Storage.Queue("work").SendAsync(Convert.ToBase64String("""{ "Id": "job-3", "Fail": true }"""u8));

        string seen = await app.Storage.Queue("raw-seen").ReceiveAsync();
        Assert.EndsWith(": encoded text", Encoding.UTF8.GetString(Convert.FromBase64String(seen)), StringComparison.Ordinal);
        await Eventually.IsTrueAsync(() => app.Log.Lines.Any(line => line.Text.Contains("job-3 cannot be done", StringComparison.Ordinal)));
        QueueClient queue = app.Storage.Queue("work");
        await Eventually.GetAsync(async () => (await queue.PeekMessageAsync(Cancelled)).Value is null ? "hidden" : null);
        Assert.Equal(1, (await queue.GetPropertiesAsync(Cancelled)).Value.ApproximateMessagesCount);
    }

    private static string WebhookOf(string function) => $"/runtime/webhooks/blobs?functionName=Host.Functions.{function}";

    private static HttpRequestMessage EventOf(BlobClient blob, string schema)
    {
        object data = new { api = "PutBlob", url = blob.Uri.ToString(), contentType = "text/plain", contentLength = 5, blobType = "BlockBlob" };
        string subject = $"/blobServices/default/containers/{blob.BlobContainerName}/blobs/{blob.Name}";
        const string Type = "Microsoft.Storage.BlobCreated";
        HttpRequestMessage request = new(HttpMethod.Post, WebhookOf("OnArrival"))
        {
            Content = schema == "CloudEvent"
                ? JsonContent.Create(new { specversion = "1.0", id = "1", source = "/storage", type = Type, subject, time = "2026-01-01T00:00:00Z", data })
                : JsonContent.Create(new[] { new { id = "1", topic = "/storage", subject, eventType = Type, eventTime = "2026-01-01T00:00:00Z", data, dataVersion = "", metadataVersion = "1" } }),
        };
        if (schema == "CloudEvent")
            request.Content.Headers.ContentType = new("application/cloudevents+json");
        request.Headers.Add("aeg-event-type", "Notification");
        return request;
    }
}
