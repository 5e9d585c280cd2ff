namespace Infra.Tests.Bicep;

internal sealed record SyntaxError(int Line, string Text);

internal enum DeclarationKind
{
    Parameter,
    Variable,
    Output,
    Resource,
    Module,
    Target_scope,
}

/// <summary>One declaration of a file, or a resource nested in another.</summary>
internal sealed record Declaration(
    DeclarationKind Kind, int Line, string Name, string? Type, Expression? Value, bool Existing, IReadOnlyList<Expression> Decorators)
{
    /// <summary>The body of a resource or module, inside of its condition or loop.</summary>
    public Body? Body => Value switch
    {
        Body body => body,
        Choice { Then: Body body } => body,
        Loop { Body: Body body } => body,
        _ => null,
    };

    public Call? Decorator(string name) => Decorators.OfType<Call>().FirstOrDefault(call => call.Function == name);
}

/// <summary>A parsed Bicep file.</summary>
internal sealed record BicepFile(IReadOnlyList<SyntaxError> Errors, IReadOnlyList<Declaration> Declarations)
{
    public string Path { get; init; } = string.Empty;

    public string Text { get; init; } = string.Empty;

    public IEnumerable<Declaration> OfKind(DeclarationKind kind) => Declarations.Where(declaration => declaration.Kind == kind);

    public Declaration? Find(string name) => Declarations.FirstOrDefault(declaration => declaration.Name == name && declaration.Kind != DeclarationKind.Output);

    /// <summary>All resources, with those nested in others.</summary>
    public IEnumerable<Declaration> Resources() => OfKind(DeclarationKind.Resource).SelectMany(WithNested);

    private static IEnumerable<Declaration> WithNested(Declaration resource) =>
        (resource.Body?.Resources ?? []).SelectMany(WithNested).Prepend(resource);
}
