using System.Text.RegularExpressions;

namespace Infra.Tests.Checks;

/// <summary>main.parameters.json gives every parameter a variable of azd, with the default that Bicep has.</summary>
internal static partial class ParameterFileCheck
{
    public static IEnumerable<string> Run(Infrastructure infrastructure)
    {
        Dictionary<string, Match> given = Given(infrastructure.Root);
        JsonObject parameters = infrastructure.Main!["parameters"]!.AsObject();
        foreach (string name in given.Keys.Except(parameters.Select(parameter => parameter.Key)))
            yield return $"main.bicep has no parameter '{name}'.";
        foreach ((string name, JsonNode? parameter) in parameters)
        {
            if (given.GetValueOrDefault(name) is not { Success: true } variable)
                yield return $"'{name}' of main.bicep is given no variable of azd.";
            else if (parameter!["defaultValue"] is { } written && variable.Groups["default"].Value != Written(written))
                yield return $"The default of '{name}' is not that of main.bicep, '{written}'.";
        }
    }

    // An object has braces, which end the variable: without a value azd leaves the parameter out, and takes a value as JSON.
    private static string Written(JsonNode value) => value is JsonObject { Count: 0 } ? string.Empty : value.ToString();

    /// <summary>The names of the variables.</summary>
    public static IEnumerable<string> Variables(string root) => Given(root).Values.Select(variable => variable.Groups["name"].Value);

    private static Dictionary<string, Match> Given(string root) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(root, "infra", "main.parameters.json")))!["parameters"]!.AsObject()
            .ToDictionary(parameter => parameter.Key, parameter => Variable().Match((string)parameter.Value!["value"]!));

    [GeneratedRegex(@"^\$\{(?<name>[A-Z_]+)(=(?<default>[^}]*))?\}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();
}
