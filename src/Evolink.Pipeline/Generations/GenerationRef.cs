namespace Evolink.Pipeline.Generations;

/// <summary>Names one run of a job. It is all that an orchestration is given: everything else is read from the record.</summary>
/// <param name="Id">The job.</param>
/// <param name="Revision">1, and one more with each operator command that opens a finished job again.</param>
public sealed record GenerationRef(JobId Id, int Revision)
{
    /// <summary>The orchestration's instance id: the job's id, with the revision from the second on.</summary>
    public string InstanceId => Revision == 1 ? Id.Value : $"{Id.Value}-r{Revision}";
}
