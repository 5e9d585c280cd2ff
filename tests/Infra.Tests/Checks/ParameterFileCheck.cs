using System.Text.Json;
using System.Text.RegularExpressions;
using Infra.Tests.Bicep;

namespace Infra.Tests.Checks;

/// <summary>main.parameters.json gives every parameter a variable of azd, with the default that Bicep has.</summary>
internal static partial class ParameterFileCheck
{
    public const string Path = "infra/main.parameters.json";

    public static IEnumerable<Problem> Run(InfraSources sources, BicepFile main)
    {
        Dictionary<string, string> values = Values(sources);
        Declaration[] parameters = [.. main.OfKind(DeclarationKind.Parameter)];
        foreach (string unknown in values.Keys.Except(parameters.Select(parameter => parameter.Name)))
            yield return new(Path, 0, $"main.bicep has no parameter '{unknown}'.");
        foreach (Declaration parameter in parameters)
        {
            if (!values.TryGetValue(parameter.Name, out string? value))
                yield return new(Path, 0, $"'{parameter.Name}' of main.bicep is missing.");
            else if (!Variable().IsMatch(value))
                yield return new(Path, 0, $"'{parameter.Name}' is '{value}', no variable of azd.");
            else if (parameter.Value is { } written && Variable().Match(value).Groups["default"].Value != Written(written))
                yield return new(Path, 0, $"The default of '{parameter.Name}' is not that of main.bicep, '{Written(written)}'.");
        }
    }

    /// <summary>The names of the variables.</summary>
    public static IEnumerable<string> Variables(InfraSources sources) => Values(sources).Values.Select(value => Variable().Match(value).Groups["name"].Value);

    private static Dictionary<string, string> Values(InfraSources sources)
    {
        using JsonDocument json = JsonDocument.Parse(sources[Path]);
        return json.RootElement.GetProperty("parameters").EnumerateObject()
            .ToDictionary(parameter => parameter.Name, parameter => parameter.Value.GetProperty("value").GetString()!, StringComparer.Ordinal);
    }

    private static string Written(Expression value) => value switch
    {
        Text text => text.Plain!,
        Number number => number.Value.ToString(),
        Flag flag => flag.Value ? "true" : "false",
        _ => throw new NotSupportedException($"Line {value.Line}: a default that is no literal."),
    };

    [GeneratedRegex(@"^\$\{(?<name>[A-Z_]+)(=(?<default>[^}]*))?\}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();
}
