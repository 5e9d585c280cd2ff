using Infra.Tests.Evaluation;

namespace Infra.Tests.Checks;

/// <summary>A resource is made of what its type has: names, nesting, literals, nothing missing, nothing read-only.</summary>
internal static class TypeCheck
{
    public static IEnumerable<Problem> Run(ResourceValue resource)
    {
        Problem At(string message) => Problem.At(resource.File, resource.Declaration, message);
        if (KnownTypes.Table.Find(resource.VersionedType) is not { } type)
            return [At($"{resource.VersionedType} is not in the table of known types.")];
        IEnumerable<Problem> problems = KnownTypes.Check(resource.Properties, type, resource.Declaration.Name).Select(At);
        if (resource.Properties.TryGetValue("location", out object? location) && location is not (Scenario.Location or "global"))
            problems = problems.Append(At($"{resource.Declaration.Name}.location is '{location}': it must be the parameter, or global."));
        if (resource.Type.Count(c => c == '/') == 1 && type.Properties?.ContainsKey("tags") == true && !resource.Properties.ContainsKey("tags"))
            problems = problems.Append(At($"{resource.Declaration.Name} has no tags; azd finds by them what is its own."));
        return problems;
    }
}
