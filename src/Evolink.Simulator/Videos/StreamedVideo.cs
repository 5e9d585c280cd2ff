using Microsoft.AspNetCore.Http;

namespace Evolink.Simulator;

/// <summary>A download without ranges, as plain as a server can have it, that may stall or be slow.</summary>
/// <param name="Open">Opens the bytes.</param>
/// <param name="Declared">The <c>Content-Length</c>; <see langword="null"/>: none, the body is chunked.</param>
/// <param name="Clock">The clock of the slowness.</param>
internal sealed record StreamedVideo(Func<Stream> Open, long? Declared, TimeProvider Clock) : IResult
{
    private const int BufferSize = 64 * 1024;

    /// <summary>After so many bytes nothing comes any more.</summary>
    public long? StallsAt { get; init; }

    /// <summary>How slow it is.</summary>
    public int? BytesPerSecond { get; init; }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        CancellationToken aborted = httpContext.RequestAborted;
        httpContext.Response.ContentType = "video/mp4";
        httpContext.Response.ContentLength = Declared;
        if (HttpMethods.IsHead(httpContext.Request.Method))
            return;
        await using Stream source = Open();
        byte[] buffer = new byte[Math.Clamp(BytesPerSecond / 10 ?? BufferSize, 1, BufferSize)];
        while (true)
        {
            int wanted = (int)Math.Min(buffer.Length, (StallsAt ?? long.MaxValue) - source.Position);
            int count = await source.ReadAsync(buffer.AsMemory(0, wanted), aborted);
            if (count == 0)
                break;
            await httpContext.Response.Body.WriteAsync(buffer.AsMemory(0, count), aborted);
            await httpContext.Response.Body.FlushAsync(aborted);
            if (BytesPerSecond is { } speed)
                await Task.Delay(TimeSpan.FromSeconds((double)count / speed), Clock, aborted);
        }

        if (StallsAt is not null)
            await Connection.UntilClosedAsync(httpContext);
    }
}
