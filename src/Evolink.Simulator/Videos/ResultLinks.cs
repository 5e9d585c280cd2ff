using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Evolink.Simulator;

/// <summary>
/// Result links: <c>/files/{task id}-{number, expiry, signature}.mp4</c>, of a second result <c>-2.mp4</c> and so on. A link is a function of the task, its number and its expiry, so that it
/// is checked by making it again and comparing byte for byte, and holds over a restart.
/// </summary>
internal sealed partial class ResultLinks(SimulatorOptions options, Uri baseUrl, Ledger ledger)
{
    private readonly byte[] key = SHA256.HashData(Encoding.UTF8.GetBytes($"result links|{options.Seed}"));

    /// <summary>Links to the results of a completed task: always the same ones, or fresh ones where links rotate.</summary>
    public IReadOnlyList<string> Issue(SimulatedTask task, TaskCourse course)
    {
        bool rotates = options.RotateLinks || task.Script.Results.OfType<ResultFault.DeadLink>().Any();
        if (!rotates)
            return All(task, number: 0, course.EndedAt!.Value + options.LinkLifetime);
        int number = ledger.Decide(state => (state.Find(task.Id)?.Links ?? 0, (JournalEntry?)new JournalEntry.LinkIssued(task.Id)));
        return All(task, number, options.TimeProvider.GetUtcNow() + options.LinkLifetime);
    }

    private string[] All(SimulatedTask task, int number, DateTimeOffset expiry) =>
        [.. Enumerable.Range(1, task.Results).Select(result => Absolute(Target(task, result, number, expiry)))];

    /// <summary>The link that a request came with; <see langword="null"/> where it was never handed out in this form.</summary>
    public ResultLink? Find(string rawTarget)
    {
        Match match = Form().Match(rawTarget);
        if (!match.Success || ledger.Find(match.Groups["task"].Value) is not { } task)
            return null;
        int number = int.Parse(match.Groups["number"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var expiry = DateTimeOffset.FromUnixTimeMilliseconds(
            long.Parse(match.Groups["expiry"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture) % MaxUnixMilliseconds);
        int result = match.Groups["result"].Value is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 1;
        return Target(task, result, number, expiry) == rawTarget ? new ResultLink(task, result, number, expiry) : null;
    }

    private static long MaxUnixMilliseconds => DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private string Target(SimulatedTask task, int result, int number, DateTimeOffset expiry)
    {
        string facts = $"{number & 0xFFFF:x4}{expiry.ToUnixTimeMilliseconds():x12}";
        string signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{task.Id}|{facts}|{result}"))[..12]);
        string name = $"/files/{task.Id}-{facts}{signature}";
        if (result > 1)
            return $"{name}-{result}.{(result > task.Videos ? "png" : "mp4")}";
        return task.Script.Results.OfType<ResultFault.OddLink>().Any() ? $"{name}~*+%25.mp4{OddQuery(signature)}" : $"{name}.mp4";
    }

    private string Absolute(string target) => baseUrl.AbsoluteUri.TrimEnd('/') + target;

    /// <summary>2 KB that every rewriting of a URL would change somewhere: escapes in either case, signs that may or may not be escaped.</summary>
    private static string OddQuery(string signature)
    {
        string query = $"?Signature={signature}~a*b+c%2Bd%2fe%3D&X-Security-Token=";
        return query + string.Concat(Enumerable.Repeat("Zm9v~*+%2F%2b%25", 128));
    }

    [GeneratedRegex(
        "^/files/(?<task>task-unified-[0-9]+-[a-z0-9]{8})-(?<number>[0-9a-f]{4})(?<expiry>[0-9a-f]{12})[0-9a-f]{24}(-(?<result>[0-9]))?",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}

/// <summary>A result link that is genuine, though it may have expired.</summary>
internal sealed record ResultLink(SimulatedTask Task, int Result, int Number, DateTimeOffset ExpiresAt);
