using Azure.Storage.Queues;
using Evolink.Pipeline.Queues;
using Evolink.Testing.Hosting;

namespace Evolink.Pipeline.Tests.Queues;

public sealed class RequestQueuesTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task They_are_made_where_they_are_missing_and_left_alone_where_they_are_not()
    {
        for (int i = 0; i < 2; i++)
            await RequestQueues.CreateMissingAsync(azurite.ConnectionString, CancellationToken.None);
        foreach (string name in (string[])["generation-requests", "generation-requests-poison"])
            Assert.True(await new QueueClient(azurite.ConnectionString, name).ExistsAsync());
    }
}
