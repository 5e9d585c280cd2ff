namespace Evolink.Pipeline.Generations;

/// <summary>
/// What an operator's delete leaves in place of a job's record, so that nothing brings the job again: not its batch, nor a queue message or an
/// event that is delivered once more, nor its key.
/// </summary>
/// <param name="Id">The job.</param>
/// <param name="Client">Name of the client that owned it.</param>
/// <param name="RemovedAt">When it was removed.</param>
public sealed record JobTombstone(JobId Id, string Client, DateTimeOffset RemovedAt);
