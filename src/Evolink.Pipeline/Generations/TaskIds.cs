using System.Buffers;

namespace Evolink.Pipeline.Generations;

/// <summary>What a task id of Evolink's looks like.</summary>
public static class TaskIds
{
    private const int MaxLength = 128;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:");

    /// <summary>Whether a text can be a task id: 1 to 128 letters, digits and <c>-_.:</c>, no path of dots.</summary>
    public static bool IsPlain(string? taskId) =>
        taskId is { Length: > 0 and <= MaxLength } && !taskId.AsSpan().ContainsAnyExcept(Allowed) && !taskId.StartsWith('.') && !taskId.EndsWith('.');
}
