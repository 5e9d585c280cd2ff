using System.Collections;
using System.Diagnostics;
using Evolink.Pipeline.Generations;
using Microsoft.Extensions.Logging;

namespace Evolink.Pipeline.Telemetry;

/// <summary>
/// Activities about a job. All of one job stand in one trace, that of the request which brought it, however many executions, instances, crashes and
/// callbacks lie between: the record carries the place in the trace at which it was accepted.
/// </summary>
public static class JobTrace
{
    private static readonly ActivitySource Source = new(PipelineTelemetry.Name, typeof(JobTrace).Assembly.GetName().Version?.ToString(3));

    /// <summary>Begins the activity that accepts a job; its id is what the record carries.</summary>
    /// <param name="source">Where the request came from.</param>
    public static Activity? BeginAccept(string source) => Source.StartActivity(PipelineTelemetry.AcceptActivity)?.SetTag("evolink.source", source);

    /// <summary>The place in the trace that a new job's record carries; null where nothing is traced.</summary>
    public static string? CurrentParent => Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.Id : null;

    /// <summary>Says that a request met a job that was there before: its trace is another one.</summary>
    public static void LinkTo(this Activity? activity, JobRecord job)
    {
        if (activity is not null && ActivityContext.TryParse(job.TraceParent, null, isRemote: true, out ActivityContext accepted))
            activity.AddLink(new ActivityLink(accepted));
    }

    /// <summary>
    /// Does a piece of work for a job, as an activity in the job's trace and with the job in the scope of the log. What runs already within that trace, as
    /// Durable's own tracing arranges it, stays the parent; work that was begun from elsewhere (a sweep, a callback, a start after a crash) is a
    /// child of the acceptance, with a link to where it was begun from.
    /// </summary>
    public static async Task<T> RunAsync<T>(
        string name, JobRecord job, ILogger log, Func<Activity?, Task<T>> work, ActivityKind kind = ActivityKind.Internal)
    {
        using Activity? activity = Begin(name, job, kind);
        using IDisposable? scope = log.BeginScope(new Scope(job.Id, job.CurrentAttempt?.TaskId));
        try
        {
            return await work(activity);
        }
        catch (Exception e)
        {
            // The message may hold anything; the log has it.
            activity.Fail(e.GetType().FullName ?? e.GetType().Name);
            throw;
        }
    }

    /// <summary>Marks an activity as failed.</summary>
    /// <param name="activity">The activity.</param>
    /// <param name="error">A code, no words.</param>
    public static void Fail(this Activity? activity, string error) => activity?.SetTag("error.type", error).SetStatus(ActivityStatusCode.Error);

    private static Activity? Begin(string name, JobRecord job, ActivityKind kind)
    {
        ActivityContext here = Activity.Current?.Context ?? default;
        bool elsewhere = ActivityContext.TryParse(job.TraceParent, null, isRemote: true, out ActivityContext accepted) && here.TraceId != accepted.TraceId;
        Activity? activity = elsewhere
            ? Source.StartActivity(name, kind, accepted, links: here == default ? null : [new ActivityLink(here)])
            : Source.StartActivity(name, kind);
        activity?.SetTag("evolink.job.id", job.Id.Value).SetTag("evolink.revision", job.Revision).SetTag("evolink.attempt", job.CurrentAttempt?.Number);
        if (job.CurrentAttempt?.TaskId is { } task)
            activity?.SetTag("evolink.task.id", task);
        return activity;
    }

    private sealed class Scope(JobId job, string? task) : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public int Count => task is null ? 1 : 2;

        public KeyValuePair<string, object?> this[int index] => index switch
        {
            0 => new("JobId", job.Value),
            1 when task is not null => new("TaskId", task),
            _ => throw new ArgumentOutOfRangeException(nameof(index)),
        };

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
        {
            for (int index = 0; index < Count; index++)
                yield return this[index];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => task is null ? $"JobId:{job}" : $"JobId:{job} TaskId:{task}";
    }
}
