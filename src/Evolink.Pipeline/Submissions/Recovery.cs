using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Submissions;

/// <summary>What can be done about a submit of unknown outcome.</summary>
public abstract record Recovery
{
    private Recovery()
    {
    }

    /// <summary>A callback named the task, and Evolink confirmed it.</summary>
    /// <param name="Attempt">The ledger entry, accepted now.</param>
    public sealed record Adopted(Attempt Attempt) : Recovery;

    /// <summary>This execution, and no other, may send the same body once more under the same provider key.</summary>
    /// <param name="Job">The record with the replay noted.</param>
    public sealed record Replay(JobRecord Job) : Recovery;

    /// <summary>A callback may still come.</summary>
    /// <param name="Until">When to look again.</param>
    public sealed record Wait(DateTimeOffset Until) : Recovery;

    /// <summary>Nothing more can be learned here: a person decides.</summary>
    public sealed record GivenUp : Recovery;
}
