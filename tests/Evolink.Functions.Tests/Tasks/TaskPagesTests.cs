using Evolink.Functions.Tasks;
using Evolink.Functions.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Testing.Hosting;

namespace Evolink.Functions.Tests.Tasks;

[Collection(nameof(StorageCollection))]
public sealed class TaskPagesTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task One_record_that_cannot_be_read_leaves_the_rest_of_the_clients_list()
    {
        await using StoredApp app = await StoredApp.StartAsync(azurite);
        string client = $"listed{Guid.NewGuid():N}";
        JobRecord[] jobs = [await StartAsync(), await StartAsync(), await StartAsync()];
        await app.SpoilAsync(jobs[1].Id);
        JobPage page = await app.Get<TaskPages>().ReadAsync(new TaskQuery(client, 20, After: null), CancellationToken.None);
        Assert.Equal([jobs[2].Id, jobs[0].Id], page.Jobs.Select(job => job.Id));
        Assert.Contains(app.Log.Lines, line => line.Contains("could not be handled", StringComparison.Ordinal) && line.Contains(jobs[1].Id.Value, StringComparison.Ordinal));
        await app.Storage.Generations.DeleteBlobAsync($"records/{jobs[1].Id}.json");

        Task<JobRecord> StartAsync() => app.StartAsync(StoredJobs.Wanted(client));
    }
}
