using Azure;

namespace Evolink.Pipeline.Generations;

/// <summary>The marker that says that a job is not over, as it was seen.</summary>
/// <param name="Id">The job.</param>
/// <param name="Since">When the marker was last set.</param>
/// <param name="Version">Changes whenever it is set anew.</param>
public readonly record struct ActiveMarker(JobId Id, DateTimeOffset Since, ETag Version);
