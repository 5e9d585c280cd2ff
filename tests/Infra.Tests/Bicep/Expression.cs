using System.Text.Json.Serialization;

namespace Infra.Tests.Bicep;

/// <summary>A Bicep expression, as eng/bicep-check/parse.mjs writes it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "k")]
[JsonDerivedType(typeof(Text), "text")]
[JsonDerivedType(typeof(Number), "number")]
[JsonDerivedType(typeof(Flag), "flag")]
[JsonDerivedType(typeof(Nothing), "null")]
[JsonDerivedType(typeof(Name), "name")]
[JsonDerivedType(typeof(Items), "array")]
[JsonDerivedType(typeof(Body), "object")]
[JsonDerivedType(typeof(Call), "call")]
[JsonDerivedType(typeof(Member), "member")]
[JsonDerivedType(typeof(Index), "index")]
[JsonDerivedType(typeof(Nested), "nested")]
[JsonDerivedType(typeof(Choice), "choice")]
[JsonDerivedType(typeof(Operation), "operation")]
[JsonDerivedType(typeof(Lambda), "lambda")]
[JsonDerivedType(typeof(Loop), "loop")]
internal abstract record Expression
{
    public int Line { get; init; }

    /// <summary>The expressions directly inside.</summary>
    [JsonIgnore]
    public IEnumerable<Expression> Children => this switch
    {
        Text text => text.Parts.Select(part => part.Expression).OfType<Expression>(),
        Items array => array.Elements,
        Body body => body.Properties.SelectMany(property => new[] { property.Key, property.Value }).Concat(body.Resources.Select(resource => resource.Value!)),
        Call call => call.Arguments,
        Member member => [member.Of],
        Index index => [index.Of, index.At],
        Nested nested => [nested.Of],
        Choice choice => [choice.Condition, choice.Then, choice.Otherwise],
        Operation operation => operation.Operands,
        Lambda lambda => [lambda.Body],
        Loop loop => [loop.Over, loop.Body],
        _ => [],
    };

    /// <summary>This expression and everything in it.</summary>
    public IEnumerable<Expression> All() => Children.SelectMany(child => child.All()).Prepend(this);
}

internal sealed record Text(IReadOnlyList<TextPart> Parts) : Expression
{
    /// <summary>The text, where nothing is filled in.</summary>
    [JsonIgnore]
    public string? Plain => Parts.All(part => part.Expression is null) ? string.Concat(Parts.Select(part => part.Text)) : null;
}

internal sealed record TextPart(string? Text, Expression? Expression);

internal sealed record Number(long Value) : Expression;

internal sealed record Flag(bool Value) : Expression;

internal sealed record Nothing : Expression;

internal sealed record Name([property: JsonPropertyName("name")] string Symbol) : Expression;

internal sealed record Items([property: JsonPropertyName("items")] IReadOnlyList<Expression> Elements) : Expression;

internal sealed record Property(int Line, Text Key, Expression Value);

internal sealed record Body(IReadOnlyList<Property> Properties, IReadOnlyList<Declaration> Resources) : Expression
{
    public Expression? Find(string name) => Properties.FirstOrDefault(property => property.Key.Plain == name)?.Value;
}

internal sealed record Call(string Function, IReadOnlyList<Expression> Arguments) : Expression;

internal sealed record Member(Expression Of, [property: JsonPropertyName("name")] string Property) : Expression;

internal sealed record Index(Expression Of, [property: JsonPropertyName("index")] Expression At) : Expression;

internal sealed record Nested(Expression Of, [property: JsonPropertyName("name")] string Resource) : Expression;

internal sealed record Choice(Expression Condition, Expression Then, Expression Otherwise) : Expression;

internal sealed record Operation(string Operator, IReadOnlyList<Expression> Operands) : Expression;

internal sealed record Lambda(IReadOnlyList<string> Parameters, Expression Body) : Expression;

internal sealed record Loop(IReadOnlyList<string> Parameters, Expression Over, Expression Body) : Expression;
