using System.Security.Cryptography;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Videos;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Pipeline.Tests.Videos;

/// <summary>Copies from a host of results into real storage, in blocks of the smallest size.</summary>
internal sealed class CopyCase(TestPipeline pipeline) : IAsyncDisposable
{
    public const int Block = 64 << 10;

    public static async Task<CopyCase> StartAsync(
        AzuriteFixture azurite, StorageTap? tap = null, long mostBytes = 1L << 30, long? resumedFrom = null)
    {
        TestPipeline pipeline = await TestPipeline.StartAsync(
            azurite,
            new SimulatorOptions { AllowLoopback = true },
            options =>
            {
                options.CopyBlockBytes = Block;
                options.SaveMemoryBudgetBytes = 4 * Block;
                options.MaxVideoBytes = mostBytes;
            },
            services => _ = tap is null ? services : services.AddSingleton<OutgoingHttp>(tap));
        pipeline.Copier.ResumedFrom = resumedFrom ?? pipeline.Copier.ResumedFrom;
        return new CopyCase(pipeline);
    }

    /// <summary>The job whose video is copied.</summary>
    public JobRecord Job { get; set; } = Jobs.Waiting();

    /// <summary>Copies, and compares what is in storage.</summary>
    public async Task AssertCopiedAsync(byte[] video, params string[] links)
    {
        SavedVideo saved = await CopyAsync(links);
        BlobDownloadResult blob = await pipeline.Storage.Videos.GetBlobClient(saved.Blob).DownloadContentAsync();
        Assert.True(blob.Content.ToMemory().Span.SequenceEqual(video));
        Assert.Equal((video.LongLength, Convert.ToHexStringLower(SHA256.HashData(video))), (saved.Size, saved.Sha256));
    }

    /// <summary>Copies in vain: nothing is visible in storage.</summary>
    public async Task<VideoDownloadException> AssertRefusedAsync(DownloadFailure failure, params string[] links)
    {
        VideoDownloadException e = await Assert.ThrowsAsync<VideoDownloadException>(() => CopyAsync(links));
        Assert.Equal(failure, e.Failure);
        Assert.False(await pipeline.Storage.Videos.GetBlobClient(VideoStore.BlobName(Job.Id, 1)).ExistsAsync());
        return e;
    }

    public Task<SavedVideo> CopyAsync(params string[] links) =>
        pipeline.Copier.CopyAsync(links, Job, Job.CurrentAttempt!, CancellationToken.None);

    /// <summary>Copies all of several results.</summary>
    public Task<SavedResults> CopyAllAsync(params string[] links) =>
        pipeline.Copier.CopyAllAsync(links, Job, Job.CurrentAttempt!, CancellationToken.None);

    public ValueTask DisposeAsync() => pipeline.DisposeAsync();
}
