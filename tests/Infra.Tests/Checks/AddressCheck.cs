using System.Text.RegularExpressions;
using Infra.Tests.Bicep;

namespace Infra.Tests.Checks;

/// <summary>No address of one cloud is written down, and no secret leaves a deployment.</summary>
internal static partial class AddressCheck
{
    public static IEnumerable<Problem> Run(BicepFile file)
    {
        foreach (Declaration declaration in file.Declarations.Where(declaration => declaration.Value is not null))
        {
            foreach (Expression expression in declaration.Value!.All())
            {
                if (expression is Text text && text.Parts.Any(part => part.Text is not null && Hosts().IsMatch(part.Text)))
                    yield return Problem.At(file, text, "The address of one cloud is written down; environment() and the resources' own properties know it.");
                if (expression is Call { Function: ['l', 'i', 's', 't', >= 'A' and <= 'Z', ..] } call && declaration.Kind == DeclarationKind.Output)
                    yield return Problem.At(file, call, $"The output '{declaration.Name}' holds a secret, and outputs are kept in the history of deployments.");
                if (expression is Name name && declaration.Kind == DeclarationKind.Output && file.Find(name.Symbol)?.Decorator("secure") is not null)
                    yield return Problem.At(file, name, $"The output '{declaration.Name}' holds the secret '{name.Symbol}'.");
                if (expression is Text { Parts: [{ Text: { } plain }] } literal && Region().IsMatch(plain))
                    yield return Problem.At(file, literal, $"The region '{plain}' is written down; it is a parameter.");
            }
        }
    }

    [GeneratedRegex(@"\b(windows\.net|azure\.com|azure\.net|azure\.cn|usgovcloudapi\.net|azurewebsites\.net|azure-api\.net)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Hosts();

    [GeneratedRegex(@"^(east|west|north|south|central|[a-z]+)(us|europe|asia|india|uk|africa|australia|brazil|canada|japan|korea)[0-9]?$|^(north|west|east|central|south).*(europe|us[0-9]?)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Region();
}
