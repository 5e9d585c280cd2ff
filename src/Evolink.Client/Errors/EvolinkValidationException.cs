namespace Evolink.Client;

/// <summary>A request that was not sent, because Evolink would have refused it.</summary>
public sealed class EvolinkValidationException : EvolinkException
{
    /// <summary>Makes one from at least one issue.</summary>
    public EvolinkValidationException(IReadOnlyList<ValidationIssue> issues)
        : base(Describe(issues), SubmitOutcome.NotSent)
    {
        Issues = issues;
        Code = EvolinkErrorCodes.InvalidRequest;
        ErrorType = "invalid_request_error";
        Param = issues[0].Param;
    }

    /// <summary>Everything that is wrong.</summary>
    public IReadOnlyList<ValidationIssue> Issues { get; }

    private static string Describe(IReadOnlyList<ValidationIssue> issues)
    {
        ArgumentNullException.ThrowIfNull(issues);
        ArgumentOutOfRangeException.ThrowIfZero(issues.Count, nameof(issues));
        return string.Join(" ", issues.Select(issue => issue.Message));
    }
}
