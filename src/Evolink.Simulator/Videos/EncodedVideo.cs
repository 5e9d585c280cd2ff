using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Evolink.Simulator;

/// <summary>A download that says that it is compressed, and may be.</summary>
internal sealed class EncodedVideo(GeneratedVideo video, ResultFault.Encoded encoded) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "video/mp4";
        httpContext.Response.Headers.ContentEncoding = encoded.Label;
        if (HttpMethods.IsHead(httpContext.Request.Method))
            return;
        await using Stream source = video.OpenRead();
        if (!encoded.Really)
        {
            httpContext.Response.ContentLength = video.Length;
            await source.CopyToAsync(httpContext.Response.Body, httpContext.RequestAborted);
            return;
        }

        await using GZipStream gzip = new(httpContext.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
        await source.CopyToAsync(gzip, httpContext.RequestAborted);
    }
}
