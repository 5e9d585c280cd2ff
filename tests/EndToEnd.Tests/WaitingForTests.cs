using System.Text;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Videos;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndToEnd.Tests;

/// <summary>A job says what it waits for.</summary>
public sealed class WaitingForTests(Apps apps) : AppTests(apps.Usual)
{
    [Fact]
    public async Task A_video_that_storage_does_not_take_shows_in_the_task_and_in_the_story_and_is_saved_once_storage_does()
    {
        JobId id = await StartStuckAsync();
        // Somebody else's blob under the name, and locked.
        var blob = App.Services.GetRequiredService<EvolinkStorage>().Videos.GetBlobClient(VideoStore.BlobName(id, 1));
        using (MemoryStream other = new(Encoding.UTF8.GetBytes("not the video")))
            await blob.UploadAsync(other, TestContext.Current.CancellationToken);
        await ReleaseAsync(id);
        await App.UntilAsync(id, job => job.WaitingFor?.Code == "storage");

        JsonElement task = await Client.TaskAsync(id);
        JsonElement waiting = task.GetProperty("waiting_for");
        Assert.Equal(("processing", "storage"), (task.GetProperty("status").GetString(), waiting.GetProperty("code").GetString()));
        Assert.Contains("BlobAlreadyExists", waiting.GetProperty("message").GetString(), StringComparison.Ordinal);
        using HttpClient operators = App.Client(TestApp.OperatorKey);
        // The record says it before the activity has failed.
        JsonElement failed;
        while ((failed = await FailedEventAsync(operators, id)).ValueKind == JsonValueKind.Undefined)
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.StartsWith("System.InvalidOperationException: ", failed.GetProperty("failure").GetString(), StringComparison.Ordinal);

        await blob.DeleteAsync(cancellationToken: TestContext.Current.CancellationToken);
        JobRecord ended = await App.EndOfAsync(id);
        Assert.Equal((JobState.Completed, null), (ended.State, ended.WaitingFor));
        Assert.False((await Client.TaskAsync(id)).TryGetProperty("waiting_for", out JsonElement none) && none.ValueKind != JsonValueKind.Null);
    }

    private static async Task<JsonElement> FailedEventAsync(HttpClient operators, JobId id)
    {
        JsonElement story = JsonDocument.Parse(await operators.GetStringAsync($"v1/tasks/{id}/story")).RootElement;
        return story.GetProperty("orchestrations")[0].GetProperty("events").EnumerateArray()
            .FirstOrDefault(each => each.GetProperty("kind").GetString() == "TaskFailedEvent");
    }
}
