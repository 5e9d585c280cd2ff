namespace Evolink.Pipeline.Generations;

/// <summary>What came of ending a run.</summary>
/// <param name="Generation">The run.</param>
/// <param name="Job">The record: of a later revision where the job was opened again, not terminal where the run goes on after all.</param>
/// <param name="Marker">The job's active marker as it was before the end was written.</param>
public sealed record GenerationEnd(GenerationRef Generation, JobRecord Job, ActiveMarker? Marker)
{
    /// <summary>
    /// Whether this run is over. It is not where its task failed and may be generated again, or was found while another execution gave
    /// it up.
    /// </summary>
    public bool IsOver => Job.Revision != Generation.Revision || Job.State.IsTerminal;
}
