using Evolink.Pipeline.Generations;

namespace Evolink.Functions.Batches;

/// <summary>The jobs of a batch's items.</summary>
/// <param name="Records">Their records, by item.</param>
/// <param name="Removed">Items whose job was deleted.</param>
/// <param name="Unreadable">Items whose job's record could not be read: they have one.</param>
public sealed record BatchJobs(IReadOnlyDictionary<int, JobRecord> Records, IReadOnlyCollection<int> Removed, IReadOnlyCollection<int> Unreadable)
{
    /// <summary>Whether an item has a job, or had one.</summary>
    public bool Has(int index) => Records.ContainsKey(index) || Removed.Contains(index) || Unreadable.Contains(index);
}
