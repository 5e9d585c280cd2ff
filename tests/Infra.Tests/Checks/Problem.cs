using Infra.Tests.Bicep;

namespace Infra.Tests.Checks;

/// <summary>Something that must be mended, and where.</summary>
internal sealed record Problem(string Path, int Line, string Message)
{
    public override string ToString() => $"{Path}({Line}): {Message}";

    public static Problem At(BicepFile file, Expression expression, string message) => new(file.Path, expression.Line, message);

    public static Problem At(BicepFile file, Declaration declaration, string message) => new(file.Path, declaration.Line, message);
}
