using System.Net;
using Azure.Storage.Blobs;
using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Tests.Support;
using Evolink.Testing.Hosting;

namespace Evolink.Pipeline.Tests.Storage;

/// <summary>The one way in which a blob is changed that others change too.</summary>
public sealed class BlobUpdateTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly string _path = $"limits/tests/{Guid.NewGuid():N}.json";

    private async Task<BlobContainerClient> ContainerAsync(OutgoingHttp? http = null)
    {
        EvolinkOptions options = new();
        options.Storage.ConnectionString = azurite.ConnectionString;
        EvolinkStorage storage = new(Microsoft.Extensions.Options.Options.Create(options), http ?? new OutgoingHttp());
        await storage.CreateMissingContainersAsync(None);
        return storage.Generations;
    }

    private Task<BlobUpdate<MinuteState>?> CountAsync(BlobContainerClient container) => container.UpdateAsync(
        _path, MinuteState.Untouched, state => state with { Leased = state.Leased + 1 }, PipelineJsonContext.Default.MinuteState, None);

    [Fact]
    public async Task Of_many_changes_at_once_none_is_lost()
    {
        BlobContainerClient container = await ContainerAsync();
        await Task.WhenAll(Enumerable.Range(0, 25).Select(_ => CountAsync(container)));
        Assert.Equal(25, (await container.FindAsync(_path, PipelineJsonContext.Default.MinuteState, None))!.Value.Value.Leased);
    }

    [Fact]
    public async Task A_change_that_always_comes_too_late_ends_and_says_so()
    {
        TooLate others = new();
        BlobContainerClient container = await ContainerAsync(others);
        BlobContentionException e = await Assert.ThrowsAsync<BlobContentionException>(() => CountAsync(container));
        Assert.Contains(_path, e.Message, StringComparison.Ordinal);
        Assert.Equal(BlobContention.MostTries, others.Tries);
    }

    [Fact]
    public async Task A_change_of_nothing_writes_nothing_and_of_no_blob_is_none()
    {
        BlobContainerClient container = await ContainerAsync();
        Assert.Null(await container.UpdateAsync(
            _path, absent: null, state => state with { Leased = 1 }, PipelineJsonContext.Default.MinuteState, None));
        await CountAsync(container);
        BlobUpdate<MinuteState>? same = await container.UpdateAsync(
            _path, absent: null, state => state, PipelineJsonContext.Default.MinuteState, None);
        Assert.False(same!.IsWritten);
        Assert.Equal((await container.FindAsync(_path, PipelineJsonContext.Default.MinuteState, None))!.Value.ETag, same.ETag);
    }

    [Fact]
    public void Pauses_grow_to_a_second_and_are_spread_over_all_of_it()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(10), BlobContention.PauseAfter(1, 1));
        Assert.Equal(TimeSpan.FromMilliseconds(40), BlobContention.PauseAfter(3, 1));
        Assert.Equal(TimeSpan.FromSeconds(1), BlobContention.PauseAfter(1000, 1));
        Assert.Equal(TimeSpan.Zero, BlobContention.PauseAfter(5, 0));
    }

    private sealed class TooLate : OutgoingHttp
    {
        private int _tries;

        public int Tries => _tries;

        public override HttpMessageHandler Storage() => new Handler(this, base.Storage());

        private sealed class Handler(TooLate others, HttpMessageHandler inner) : DelegatingHandler(inner)
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                if (request.Method != HttpMethod.Put || !request.RequestUri!.AbsolutePath.EndsWith(".json", StringComparison.Ordinal))
                    return base.SendAsync(request, cancellationToken);
                Interlocked.Increment(ref others._tries);
                return Task.FromResult(StorageTap.Refusal(HttpStatusCode.PreconditionFailed, "ConditionNotMet"));
            }
        }
    }
}
