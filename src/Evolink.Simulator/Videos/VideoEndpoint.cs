using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Evolink.Simulator;

/// <summary><c>GET /files/...</c>: the results, without authentication.</summary>
internal sealed class VideoEndpoint(SimulatorOptions options, ResultLinks links, Ledger ledger)
{
    private const string VideoType = "video/mp4";
    private readonly TimeProvider clock = options.TimeProvider;

    public async Task GetAsync(HttpContext context)
    {
        IResult result = Find(context) switch
        {
            null => Refused(404),
            { ExpiresAt: var expiry } when clock.GetUtcNow() >= expiry => Refused(403),
            var link when DeadLink(link) is { } dead => Refused(dead.Status),
            var link => Serve(link.Task, link.Result, context),
        };
        await result.ExecuteAsync(context);
    }

    private ResultLink? Find(HttpContext context) =>
        links.Find(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);

    private static ResultFault.DeadLink? DeadLink(ResultLink link) =>
        link.Task.Script.Results.OfType<ResultFault.DeadLink>().FirstOrDefault(dead => link.Number < dead.Links);

    private IResult Serve(SimulatedTask task, int result, HttpContext context)
    {
        TaskCourse course = TaskCourse.Of(task, clock.GetUtcNow());
        if (!course.IsCompleted)
            return Refused(404);
        int index = ledger.Decide(state => (state.Find(task.Id)?.Downloads ?? 0, (JournalEntry?)new JournalEntry.Downloaded(task.Id)));
        ResultFault? fault = task.Script.Results.Where(fault => fault is not (ResultFault.DeadLink or ResultFault.OddLink)).At(index);
        GeneratedVideo video = GeneratedVideo.Of(task, options.VideoBytes, result);
        return fault switch
        {
            null => Video(video, task, course),
            ResultFault.Refused refused => Refused(refused.Status),
            ResultFault.Html => Answers.Page(200),
            ResultFault.Junk => TypedResults.Stream(new GeneratedStream(video.Length, Padding.Fill), VideoType),
            ResultFault.Empty => TypedResults.Bytes([], VideoType),
            ResultFault.NoLength => new StreamedVideo(video.OpenRead, Declared: null, clock),
            ResultFault.Cut cut => new CutVideo(video, cut),
            ResultFault.Half half => Half(video, task, half),
            ResultFault.Encoded encoded => new EncodedVideo(video, encoded),
            ResultFault.RefusesRange refuses when Refuses(refuses, context) => Refused(refuses.Status),
            ResultFault.RefusesRange => Video(video, task, course),
            ResultFault.Stall stall => Stalling(video, stall),
            ResultFault.Redirect redirect => new Moved(redirect.Location),
            ResultFault.RedirectLoop => new Moved(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget),
            ResultFault.Oversized oversized => Oversized(GeneratedVideo.Of(task, oversized.Bytes), oversized),
            ResultFault.Endless => new StreamedVideo(GeneratedVideo.Of(task, long.MaxValue).OpenRead, Declared: null, clock),
            ResultFault.IgnoresRange => Video(video, task, course, ranges: false),
            ResultFault.ChangesETag => Video(video, task, course, version: index),
            ResultFault.Slow slow => new StreamedVideo(video.OpenRead, Declared: video.Length, clock) { BytesPerSecond = slow.BytesPerSecond },
            _ => throw new InvalidOperationException($"No answer for the fault {fault.GetType().Name}."),
        };
    }

    private StreamedVideo Stalling(GeneratedVideo video, ResultFault.Stall fault) =>
        new(video.OpenRead, video.Length, clock) { StallsAt = (long)(video.Length * Math.Clamp(fault.Fraction, 0, 1)) };

    private StreamedVideo Oversized(GeneratedVideo video, ResultFault.Oversized fault) =>
        new(video.OpenRead, fault.Declared ? video.Length : null, clock);

    private static bool Refuses(ResultFault.RefusesRange fault, HttpContext context)
    {
        string range = context.Request.Headers.Range.ToString();
        return range.Length > 0 && !(fault.Later && range.StartsWith("bytes=0-", StringComparison.Ordinal));
    }

    private static FileStreamHttpResult Video(
        GeneratedVideo video, SimulatedTask task, TaskCourse course, bool ranges = true, int version = 0) =>
        TypedResults.Stream(
            video.OpenRead(), video.IsPicture ? "image/png" : VideoType, lastModified: course.EndedAt, entityTag: Tag(task, video, version), enableRangeProcessing: ranges);

    private static FileStreamHttpResult Half(GeneratedVideo video, SimulatedTask task, ResultFault.Half half) => TypedResults.Stream(
        video.OpenRead(half.Fraction), VideoType, entityTag: Tag(task, video, version: -1), enableRangeProcessing: true);

    private static EntityTagHeaderValue Tag(SimulatedTask task, GeneratedVideo video, int version)
    {
        byte[] tag = SHA256.HashData(Encoding.UTF8.GetBytes($"{task.Id}|{video.Length}|{version}"));
        return new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(tag.AsSpan(0, 16))}\"");
    }

    /// <summary>As object stores refuse.</summary>
    private static IResult Refused(int status)
    {
        string code = status == 403 ? "AccessDenied" : status == 404 ? "NoSuchKey" : "InternalError";
        return Answers.Raw(status, $"""<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code></Error>""", "application/xml");
    }

    private sealed class Moved(string location) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status302Found;
            httpContext.Response.Headers.Location = location;
            return Task.CompletedTask;
        }
    }
}
