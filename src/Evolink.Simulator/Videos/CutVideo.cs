using Microsoft.AspNetCore.Http;

namespace Evolink.Simulator;

/// <summary>A download that ends too early with a clean close of the connection.</summary>
internal sealed class CutVideo(GeneratedVideo video, ResultFault.Cut cut) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        string length = cut.Declared ? $"Content-Length: {video.Length}\r\n" : "";
        await using Stream body = video.OpenRead();
        await Connection.SendAndCloseAsync(
            httpContext,
            $"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n{length}Connection: close\r\n\r\n",
            body,
            (long)(video.Length * Math.Clamp(cut.Fraction, 0, 1)));
    }
}
