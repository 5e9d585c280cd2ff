using System.Diagnostics.CodeAnalysis;

namespace Evolink.Client;

/// <summary>Which task ids can be used to ask for the task again.</summary>
public static class TaskIds
{
    private const int MaxLength = 200;

    /// <summary>Visible, of sane length, and one segment of a path once escaped.</summary>
    public static bool IsUsable([NotNullWhen(true)] string? id) =>
        id is { Length: > 0 and <= MaxLength } and not ("." or "..") && id.All(character => character is > ' ' and < '\x7f');
}
