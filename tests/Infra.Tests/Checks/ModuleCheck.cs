using Infra.Tests.Bicep;

namespace Infra.Tests.Checks;

/// <summary>Modules and their calls agree: parameters, outputs, types, and whether there is such a file.</summary>
internal sealed class ModuleCheck(IReadOnlyDictionary<string, BicepFile> files)
{
    public IEnumerable<Problem> Run(BicepFile file) => file.OfKind(DeclarationKind.Module).SelectMany(module => Call(file, module)).Concat(Outputs(file));

    private IEnumerable<Problem> Call(BicepFile file, Declaration module)
    {
        if (Target(file, module) is not { } target)
        {
            yield return Problem.At(file, module, $"There is no '{module.Type}'.");
            yield break;
        }

        foreach (Property property in module.Body!.Properties.Where(property => property.Key.Plain is not ("scope" or "params" or "dependsOn" or "name")))
            yield return new(file.Path, property.Line, $"A module has no '{property.Key.Plain}'.");
        IReadOnlyList<Property> given = (module.Body.Find("params") as Body)?.Properties ?? [];
        foreach (Property property in given)
        {
            Declaration? parameter = target.OfKind(DeclarationKind.Parameter).FirstOrDefault(parameter => parameter.Name == property.Key.Plain);
            if (parameter is null)
                yield return new(file.Path, property.Line, $"'{module.Type}' has no parameter '{property.Key.Plain}'.");
            else if (TypeOf(file, property.Value) is { } type && type != parameter.Type)
                yield return new(file.Path, property.Line, $"'{parameter.Name}' of '{module.Type}' is {parameter.Type}, not {type}.");
            else if (parameter.Decorator("secure") is null && property.Value is Name name && file.Find(name.Symbol)?.Decorator("secure") is not null)
                yield return new(file.Path, property.Line, $"'{parameter.Name}' of '{module.Type}' is given a secret and is not @secure().");
        }

        foreach (Declaration parameter in target.OfKind(DeclarationKind.Parameter).Where(parameter => parameter.Value is null))
        {
            if (given.All(property => property.Key.Plain != parameter.Name))
                yield return Problem.At(file, module, $"'{module.Type}' needs '{parameter.Name}'.");
        }
    }

    private IEnumerable<Problem> Outputs(BicepFile file) =>
        from declaration in file.Declarations
        where declaration.Value is not null
        from member in declaration.Value!.All().OfType<Member>()
        where member.Of is Member { Property: "outputs", Of: Name }
        let module = file.Find(((Name)((Member)member.Of).Of).Symbol)
        where module is { Kind: DeclarationKind.Module } && Target(file, module) is { } target
            && target.OfKind(DeclarationKind.Output).All(output => output.Name != member.Property)
        select Problem.At(file, member, $"'{module.Type}' has no output '{member.Property}'.");

    /// <summary>The type, where it stands there: of a literal, or of a parameter or output that is passed on.</summary>
    private string? TypeOf(BicepFile file, Expression value) => value switch
    {
        Text => "string",
        Number => "int",
        Flag => "bool",
        Items or Loop => "array",
        Body => "object",
        Name name when file.Find(name.Symbol) is { Kind: DeclarationKind.Parameter } parameter => parameter.Type,
        Member { Of: Member { Property: "outputs", Of: Name module } } member when file.Find(module.Symbol) is { } declaration =>
            Target(file, declaration)?.OfKind(DeclarationKind.Output).FirstOrDefault(output => output.Name == member.Property)?.Type,
        _ => null,
    };

    private BicepFile? Target(BicepFile file, Declaration module) =>
        files.GetValueOrDefault(Path.Combine(Path.GetDirectoryName(file.Path)!, module.Type!).Replace('\\', '/'));
}
