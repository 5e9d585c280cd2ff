namespace Evolink.Client;

/// <summary>One line of the account's task list: neither prompt nor links stand in it.</summary>
/// <remarks>
/// The list is of the whole account, so that tasks of its other users stand in it, and it may lag behind what was accepted.
/// </remarks>
public sealed record ListedTask
{
    /// <summary>The task's id.</summary>
    public required string Id { get; init; }

    /// <summary>Where the task stands.</summary>
    public VideoTaskStatus Status { get; init; }

    /// <summary>The model that was used; <see langword="null"/> where the list does not say.</summary>
    public string? Model { get; init; }

    /// <summary><c>video</c>, <c>image</c> or <c>audio</c>; <see langword="null"/> where the list does not say.</summary>
    public string? Type { get; init; }

    /// <summary>Progress in percent, 0 to 100.</summary>
    public int? Progress { get; init; }

    /// <summary>When the task was made, to the second; <see langword="null"/> where the list does not say.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Credits really charged.</summary>
    public decimal? CreditsUsed { get; init; }

    /// <summary>Whether the task has results.</summary>
    public bool? HasResults { get; init; }

    /// <summary>Whether the task has an error.</summary>
    public bool? HasError { get; init; }
}
