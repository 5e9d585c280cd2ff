using System.Text.RegularExpressions;

namespace Evolink.LocalHost.Triggers;

/// <summary>The path of a blob trigger: a container, and a pattern of names with <c>{parts}</c> that parameters are bound to.</summary>
internal sealed partial class BlobPattern
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    private readonly Regex _name;

    private BlobPattern(string container, Regex name) => (Container, _name) = (container, name);

    public string Container { get; }

    /// <exception cref="LocalHostException">It names no container.</exception>
    public static BlobPattern Parse(string path, string function)
    {
        if (path.Split('/', 2) is not [{ Length: > 0 } container, { Length: > 0 } name])
            throw new LocalHostException($"{function}: \"{path}\" is no path of a blob trigger; it is container/pattern, such as \"uploads/{{name}}\".");
        string pattern = Part().Replace(Regex.Escape(name), part => $"(?<{part.Groups["part"].Value}>.+)");
        return new BlobPattern(container, new Regex($@"\A{pattern}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline, MatchTimeout));
    }

    /// <summary>The parts of a blob's name; null where it does not match.</summary>
    public Dictionary<string, object?>? Match(string name) => _name.Match(name) is { Success: true } match
        ? match.Groups.Values.Skip(1).ToDictionary(group => group.Name, object? (group) => group.Value, StringComparer.OrdinalIgnoreCase)
        : null;

    // As Regex.Escape leaves it.
    [GeneratedRegex(@"\\\{(?<part>[A-Za-z]\w*)}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Part();
}
