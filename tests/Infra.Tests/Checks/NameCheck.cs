using Infra.Tests.Bicep;
using Infra.Tests.Evaluation;

namespace Infra.Tests.Checks;

/// <summary>Every name is declared, every parameter and variable is used, every function is one that Bicep has.</summary>
internal static class NameCheck
{
    private static readonly HashSet<string> Decorators = ["description", "allowed", "secure", "minLength", "maxLength", "minValue", "maxValue"];

    public static IEnumerable<Problem> Run(BicepFile file) => Duplicates(file).Concat(Unknown(file)).Concat(Unused(file)).Concat(Decoration(file));

    private static IEnumerable<Problem> Duplicates(BicepFile file) =>
        from same in file.Declarations.GroupBy(declaration => (declaration.Name, declaration.Kind == DeclarationKind.Output))
        where same.Count() > 1
        select Problem.At(file, same.Last(), $"'{same.Key.Name}' is declared twice.");

    private static IEnumerable<Problem> Unknown(BicepFile file)
    {
        HashSet<string> declared = [.. file.Declarations.Where(declaration => declaration.Kind != DeclarationKind.Output).Select(declaration => declaration.Name)];
        foreach (Declaration declaration in file.Declarations)
        {
            // A resource nested in another knows the names beside it, and those in which it lies.
            HashSet<string> inner = [.. declared, .. declaration.Kind == DeclarationKind.Resource ? Nested(declaration) : []];
            foreach (Problem problem in declaration.Value is null ? [] : In(file, declaration.Value, inner))
                yield return problem;
        }
    }

    private static IEnumerable<string> Nested(Declaration resource) =>
        (resource.Body?.Resources ?? []).SelectMany(inner => Nested(inner).Prepend(inner.Name));

    private static IEnumerable<Problem> In(BicepFile file, Expression expression, HashSet<string> known)
    {
        switch (expression)
        {
            case Name name when !known.Contains(name.Symbol):
                return [Problem.At(file, name, $"'{name.Symbol}' is not declared.")];
            case Call call when !Functions.Known.Contains(call.Function):
                return [Problem.At(file, call, $"'{call.Function}' is no function that is known here.")];
            case Lambda lambda:
                return In(file, lambda.Body, [.. known, .. lambda.Parameters]);
            case Loop loop:
                return [.. In(file, loop.Over, known), .. In(file, loop.Body, [.. known, .. loop.Parameters])];
            default:
                return expression.Children.SelectMany(child => In(file, child, known));
        }
    }

    private static IEnumerable<Problem> Unused(BicepFile file)
    {
        HashSet<string> used = [.. file.Declarations.Where(declaration => declaration.Value is not null)
            .SelectMany(declaration => declaration.Value!.All()).OfType<Name>().Select(name => name.Symbol)];
        return file.Declarations
            .Where(declaration => declaration.Kind is DeclarationKind.Parameter or DeclarationKind.Variable || declaration is { Existing: true, Body.Resources.Count: 0 })
            .Where(declaration => !used.Contains(declaration.Name))
            .Select(declaration => Problem.At(file, declaration, $"'{declaration.Name}' is never used."));
    }

    private static IEnumerable<Problem> Decoration(BicepFile file)
    {
        foreach (Declaration declaration in file.Declarations)
        {
            foreach (Call decorator in declaration.Decorators.OfType<Call>().Where(decorator => !Decorators.Contains(decorator.Function)))
                yield return Problem.At(file, decorator, $"@{decorator.Function} is no decorator that is known here.");
            if (declaration.Decorator("allowed") is { Arguments: [Items allowed] } && declaration.Value is Text value
                && !allowed.Elements.OfType<Text>().Any(text => text.Plain == value.Plain))
                yield return Problem.At(file, declaration, $"'{value.Plain}' is not among the allowed values of '{declaration.Name}'.");
            if (declaration.Decorator("secure") is not null && declaration.Value is Text { Plain: not "" })
                yield return Problem.At(file, declaration, $"'{declaration.Name}' is secure; a default would stand in the clone.");
        }
    }
}
