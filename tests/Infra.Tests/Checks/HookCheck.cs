using System.Text.RegularExpressions;
using Infra.Tests.Bicep;

namespace Infra.Tests.Checks;

/// <summary>The hooks of azure.yaml are there for both shells, and use what the deployment gives them.</summary>
internal static partial class HookCheck
{
    private const string Project = "azure.yaml";

    public static IEnumerable<Problem> Run(InfraSources sources, BicepFile main, BicepFile uploads)
    {
        HashSet<string> known =
        [
            "AZURE_SUBSCRIPTION_ID",
            .. main.OfKind(DeclarationKind.Output).Select(output => output.Name),
            .. ParameterFileCheck.Variables(sources),
        ];
        string project = sources[Project];
        foreach (string path in sources.Hooks)
        {
            if (!project.Contains($"run: {path} ", StringComparison.Ordinal))
                yield return new(path, 0, "azure.yaml does not run it.");
            if (!sources.Has(Path.ChangeExtension(path, path.EndsWith(".sh", StringComparison.Ordinal) ? ".ps1" : ".sh")))
                yield return new(path, 0, "It is not there for the other shell.");
            Regex used = path.EndsWith(".sh", StringComparison.Ordinal) ? UsedBySh() : UsedByPwsh();
            foreach (string name in used.Matches(sources[path]).Select(match => match.Groups["name"].Value).Distinct().Where(name => !known.Contains(name)))
                yield return new(path, 0, $"${name} is neither an output of main.bicep nor a variable of its parameters.");
        }

        foreach (Match hook in Run().Matches(project).Where(hook => !sources.Has(hook.Groups["path"].Value)))
            yield return new(Project, 0, $"There is no {hook.Groups["path"].Value}.");
        foreach (string path in sources.Hooks.Where(path => path.Contains("postdeploy", StringComparison.Ordinal)))
        {
            string[] given = [.. Given().Matches(sources[path]).Select(match => match.Groups["name"].Value).Order(StringComparer.Ordinal)];
            string[] needed = [.. uploads.OfKind(DeclarationKind.Parameter).Where(parameter => parameter.Value is null).Select(parameter => parameter.Name).Order(StringComparer.Ordinal)];
            if (!given.SequenceEqual(needed))
                yield return new(path, 0, $"uploads.bicep needs {string.Join(", ", needed)}, and is given {string.Join(", ", given)}.");
        }
    }

    [GeneratedRegex(@"\$\{?(?<name>[A-Z][A-Z_]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UsedBySh();

    [GeneratedRegex(@"\$\{?env:(?<name>[A-Z][A-Z_]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UsedByPwsh();

    [GeneratedRegex(@"run: (?<path>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Run();

    [GeneratedRegex(@"(?<=--parameters [^\n]*)\b(?<name>[a-z][A-Za-z]+)=", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Given();
}
