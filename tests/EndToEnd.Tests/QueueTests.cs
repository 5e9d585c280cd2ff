using System.Text;
using System.Text.Json;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Queues;
using Evolink.Pipeline.Storage;
using Evolink.Simulator;
using Microsoft.Extensions.DependencyInjection;

namespace EndToEnd.Tests;

/// <summary>From a message in <c>generation-requests</c> to the video, through the trigger.</summary>
[Collection(nameof(TriggersCollection))]
public sealed class QueueTests(TriggersApp triggers) : AppTests(triggers.App)
{
    private QueueClient Messages => new(App.ConnectionString, QueuedRequest.Queue);

    [Fact]
    public async Task A_message_with_an_image_by_name_ends_as_a_video_and_the_same_key_is_the_same_job()
    {
        string image = (await Client.UploadSampleAsync()).Split('/')[^1];
        string key = $"order-{Guid.NewGuid():N}";
        string message = $$"""{"client":"{{Client.Name}}","idempotency_key":"{{key}}","model":"wan2.6-image-to-video","prompt":"{{Prompt}}","image":"{{image}}","duration":2}""";
        await Messages.CreateIfNotExistsAsync();
        await Messages.SendMessageAsync(message);
        await Messages.SendMessageAsync(message);
        JobRecord job = await App.EndOfAsync(JobId.From("queue", Client.Name, key));
        Assert.True(job.State == JobState.Completed, job.Error?.ToString());
        Assert.Equal((Client.Name, "queue"), (job.Client, job.Source));
        Assert.NotEmpty((await Client.TaskAsync(job.Id)).GetProperty("source").GetProperty("message_id").GetString()!);
        while ((await Messages.GetPropertiesAsync()).Value.ApproximateMessagesCount > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Single((await App.Simulator.ReadLedgerAsync(withVideos: false)).Charges, charge => charge.IdempotencyKey == $"{job.Id}.1");
        Assert.Single((await App.Simulator.ReadLedgerAsync(withVideos: false)).Tasks, task => task.Prompt == Prompt);
    }

    [Fact]
    public async Task A_message_for_each_model_arrives_byte_for_byte_and_ends_as_saved_results()
    {
        await Messages.CreateIfNotExistsAsync();
        // This app's Evolink looks at images.
        string image = await Client.UploadSampleAsync();
        Dictionary<string, string> bodies = ModelBodies.All.ToDictionary(
            pair => pair.Key, pair => pair.Value.Replace("PROMPT", Prompt, StringComparison.Ordinal), StringComparer.Ordinal);
        foreach ((string model, string body) in bodies)
        {
            string sent = model.StartsWith("wan2.6-image", StringComparison.Ordinal) ? body.Replace(Api.Image, image, StringComparison.Ordinal) : body;
            await Messages.SendMessageAsync($$"""{"client":"{{Client.Name}}","idempotency_key":"{{Prompt[^32..]}}-{{model}}",{{sent.Trim()[1..]}}""");
        }

        foreach ((string model, string body) in bodies)
        {
            JobRecord job = await App.EndOfAsync(JobId.From("queue", Client.Name, $"{Prompt[^32..]}-{model}"));
            Assert.True(job.State == JobState.Completed, $"{model}: {job.Error}");
            TaskReport task = Assert.Single((await App.Simulator.ReadLedgerAsync()).Tasks, task => task.Id == job.CurrentAttempt!.TaskId);
            if (!model.StartsWith("wan2.6-image", StringComparison.Ordinal))
                Assert.Equal(Compact(body), Compact(ModelBodies.WithoutCallback(task.Body!)));
            Assert.Equal(task.Results.Select(result => result.Sha256), job.AllFiles.Select(file => file.Sha256));
        }

        // The blank after the brace goes with what stood there in the message.
        static string Compact(string body) => "{" + body.Trim()[1..].TrimStart();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_with_a_byte_order_mark_is_one_like_others(bool inBase64)
    {
        string image = (await Client.UploadSampleAsync()).Split('/')[^1];
        string key = $"order-{Guid.NewGuid():N}";
        string message = $$"""{"client":"{{Client.Name}}","idempotency_key":"{{key}}","model":"wan2.6-image-to-video","prompt":"{{Prompt}}","image":"{{image}}","duration":2}""";
        await Messages.CreateIfNotExistsAsync();
        await Messages.SendMessageAsync(inBase64 ? Convert.ToBase64String([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(message)]) : "\uFEFF" + message);
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(JobId.From("queue", Client.Name, key))).State);
    }

    [Fact]
    public async Task A_message_that_is_not_JSON_goes_to_poison_after_five_tries_with_the_reason_in_the_log()
    {
        string content = $"this is not JSON {Guid.NewGuid():N}";
        await Messages.CreateIfNotExistsAsync();
        SendReceipt sent = await Messages.SendMessageAsync(content);
        QueueClient poison = new(App.ConnectionString, $"{QueuedRequest.Queue}-poison");
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60), TimeProvider.System);
        PeekedMessage[] put = [];
        while (put.Length == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
            if (await poison.ExistsAsync(patience.Token))
                put = [.. (await poison.PeekMessagesAsync(32, patience.Token)).Value.Where(message => message.Body.ToString() == content)];
        }

        string[] told = [.. App.Log.Lines.Where(line => line.Contains("GenerationRequested LogRejected: ", StringComparison.Ordinal) && line.Contains(sent.MessageId, StringComparison.Ordinal))];
        Assert.Equal(5, told.Length);
        Assert.All(told, line => Assert.Contains("no valid JSON", line, StringComparison.Ordinal));
        BinaryData record = (await App.Services.GetRequiredService<EvolinkStorage>().Rejected.GetBlobClient($"{QueuedRequest.Queue}/{sent.MessageId}/reason.json").DownloadContentAsync(patience.Token)).Value.Content;
        Assert.Contains("no valid JSON", JsonElement.Parse(record).GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
