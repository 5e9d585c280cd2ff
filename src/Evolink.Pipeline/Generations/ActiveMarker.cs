using Azure;

namespace Evolink.Pipeline.Generations;

/// <summary>The marker that says that a job is not over, as it was seen.</summary>
/// <param name="Id">The job.</param>
/// <param name="Since">When it was set.</param>
/// <param name="Hub">Task hub of the job; null where no sweep has looked yet.</param>
/// <param name="Due">When the sweep should look at the job next; null where no sweep has looked yet.</param>
/// <param name="Version">Changes whenever it is set anew.</param>
public readonly record struct ActiveMarker(JobId Id, DateTimeOffset Since, string? Hub, DateTimeOffset? Due, ETag Version);
