namespace Evolink.Pipeline.Generations;

/// <summary>There is no record of a job that should have one: it was purged, or the storage is not the one that the job was written to.</summary>
public sealed class JobNotFoundException(JobId id)
    : Exception($"There is no record of job {id} in container 'generations'. It was purged, or the app now uses another storage account.")
{
    /// <summary>The job.</summary>
    public JobId Id { get; } = id;
}
