namespace Evolink.Client;

/// <summary>A request to Evolink that did not do what it was meant to.</summary>
/// <remarks>Its message is fit for logs: no API keys, no prompts, no queries of links.</remarks>
public class EvolinkException : Exception
{
    /// <summary>Makes one.</summary>
    public EvolinkException(string message, SubmitOutcome outcome, Exception? innerException = null)
        : base(message, innerException)
    {
        Outcome = outcome;
    }

    /// <summary>What the call did as far as money goes. On reads, nothing is at stake.</summary>
    public SubmitOutcome Outcome { get; }

    /// <summary>Evolink's code, or one of <see cref="EvolinkErrorCodes"/> where Evolink gave none.</summary>
    public string Code { get; init; } = EvolinkErrorCodes.Unknown;

    /// <summary>Evolink's own words, if it said any; as fit for logs as the message.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Evolink's family of the error, such as <c>rate_limit_error</c>.</summary>
    public string? ErrorType { get; init; }

    /// <summary>The field that was wrong, such as <c>image_urls[0]</c>.</summary>
    public string? Param { get; init; }

    /// <summary>What Evolink told of the key and the account, if it did.</summary>
    public EvolinkErrorDetails? Details { get; init; }

    /// <summary>
    /// Whether what was asked for is not offered here (<see cref="EvolinkErrorCodes.NotOffered"/>): to ask again is of no use.
    /// </summary>
    public bool IsNotOffered => Code == EvolinkErrorCodes.NotOffered;

    /// <summary>HTTP status, or <see langword="null"/> where no answer came.</summary>
    public int? StatusCode { get; init; }

    /// <summary>Evolink's name of the request, for support.</summary>
    public string? RequestId { get; init; }

    /// <summary>How long Evolink asks to stay away; never negative, at most one hour.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same request may go through later without anybody doing anything. Says nothing about money: see <see cref="Outcome"/>.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Whether a person must look: the key, the balance, or rules of Evolink's edge stand in the way.</summary>
    public bool NeedsAttention { get; init; }
}
