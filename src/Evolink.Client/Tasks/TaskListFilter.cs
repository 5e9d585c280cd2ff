namespace Evolink.Client;

/// <summary>Which tasks of the account to list.</summary>
public sealed record TaskListFilter
{
    /// <summary>Tasks on a page: as many as Evolink allows.</summary>
    public const int LargestPage = 50;

    /// <summary>
    /// Processing (which holds queued ones too), completed, failed or cancelled; <see langword="null"/>: all.
    /// </summary>
    public VideoTaskStatus? Status { get; init; }

    /// <summary><c>video</c>, <c>image</c> or <c>audio</c>; <see langword="null"/>: all.</summary>
    public string? Type { get; init; }

    /// <summary>The model; <see langword="null"/>: all.</summary>
    public string? Model { get; init; }

    /// <summary>Tasks on a page, 1 to <see cref="LargestPage"/>.</summary>
    public int PageSize { get; init; } = LargestPage;
}
