namespace Evolink.Functions.Tasks;

/// <summary>What was removed of a job, and what was not.</summary>
/// <param name="Id">The job.</param>
/// <param name="Videos">Videos that are gone, copies below <c>by-name/</c> included.</param>
/// <param name="Image"><c>removed</c>, <c>kept</c> (other jobs stand on it, or may: it goes by its age) or <c>none</c> (the job had none here).</param>
/// <param name="Histories">Orchestrations that are gone from the engine.</param>
/// <param name="Copies">Other places that the prompt or the image is gone from: the upload with its sidecar, the list of the batch.</param>
/// <param name="EvolinkTaskIds">Tasks at Evolink, which has no call to remove them.</param>
public sealed record PurgedJob(
    string Id, int Videos, string Image, int Histories, IReadOnlyList<string> Copies, IReadOnlyList<string> EvolinkTaskIds)
{
    internal const string Removed = "removed";
    internal const string Kept = "kept";
    internal const string None = "none";

    /// <summary>What is out of reach.</summary>
    public string Note => EvolinkTaskIds.Count == 0
        ? "Nothing of this job was accepted by Evolink, as far as is known."
        : "Evolink may still hold the prompt, the image (72 hours where it went through its Files API), the tasks named here and, for 24 hours, their results. Storage keeps deleted blobs for as long as its soft delete says.";
}
