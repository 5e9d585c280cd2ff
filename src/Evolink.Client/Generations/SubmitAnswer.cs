namespace Evolink.Client;

/// <summary>All that is known about the answer to a submit.</summary>
public readonly record struct SubmitAnswer
{
    /// <summary>Whether the request's body had begun to leave. Until then Evolink cannot have acted.</summary>
    public bool BodyStarted { get; init; }

    /// <summary>The HTTP status, or <see langword="null"/> where no answer came.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The usable task id of the answer, if it has one.</summary>
    public string? TaskId { get; init; }

    /// <summary>Whether the body was an error envelope, so that Evolink itself spoke and not something in front of it.</summary>
    public bool HasEnvelope { get; init; }

    /// <summary>The envelope's code.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Whether the body was HTML or a bare edge error (<c>error code: 1010</c>): the edge refused, Evolink never saw it.</summary>
    public bool IsEdgePage { get; init; }
}
