namespace Infra.Tests;

/// <summary>The files that make a deployment, by their paths in the clone.</summary>
internal sealed class InfraSources
{
    private readonly Dictionary<string, string> _texts;

    private InfraSources(Dictionary<string, string> texts) => _texts = texts;

    public static InfraSources OfClone { get; } = new(Paths().ToDictionary(
        path => path, path => File.ReadAllText(Path.Combine(Clone.Root, path)).ReplaceLineEndings("\n"), StringComparer.Ordinal));

    public IEnumerable<string> Bicep => _texts.Keys.Where(path => path.EndsWith(".bicep", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    public IEnumerable<string> Hooks => _texts.Keys.Where(path => path.StartsWith("infra/hooks/", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    public string this[string path] => _texts[path];

    public bool Has(string path) => _texts.ContainsKey(path);

    /// <summary>The same with one change.</summary>
    public InfraSources With(string path, string old, string replacement)
    {
        if (_texts[path].Split(old).Length != 2)
            throw new ArgumentException($"'{old}' does not stand exactly once in {path}.", nameof(old));
        return new(new Dictionary<string, string>(_texts, StringComparer.Ordinal) { [path] = _texts[path].Replace(old, replacement, StringComparison.Ordinal) });
    }

    private static IEnumerable<string> Paths() => Directory.EnumerateFiles(Path.Combine(Clone.Root, "infra"), "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Clone.Root, file).Replace('\\', '/'))
        .Concat(["azure.yaml", "host.json"]);
}
