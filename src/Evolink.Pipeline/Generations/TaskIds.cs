using System.Buffers;

namespace Evolink.Pipeline.Generations;

/// <summary>What a task id of Evolink's looks like.</summary>
public static class TaskIds
{
    private const int MaxLength = 200;

    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Whether a text can be a task id, by the client library's rule: 1 to 200 visible ASCII characters, no path of dots.</summary>
    public static bool IsUsable(string? taskId) =>
        taskId is { Length: > 0 and <= MaxLength } and not ("." or "..") && !taskId.AsSpan().ContainsAnyExceptInRange('!', '~');

    /// <summary>Whether it can stand in a blob's name as it is.</summary>
    public static bool IsPlain(string taskId) => !taskId.AsSpan().ContainsAnyExcept(Plain);
}
