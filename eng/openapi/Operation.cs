using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Evolink.OpenApi;

/// <summary>What the code of a function cannot say of itself; path, methods and whether a key is needed are read from it.</summary>
/// <param name="Function">Its name.</param>
/// <param name="Tag">The heading under which it stands.</param>
/// <param name="Summary">What it does, in a few words.</param>
internal sealed record Operation(string Function, string Tag, string Summary)
{
    public string? Description { get; init; }

    public IReadOnlyList<Parameter> Parameters { get; init; } = [];

    public Body? Body { get; init; }

    public required IReadOnlyList<Answer> Answers { get; init; }

    /// <summary>Whether a signed link does as well as a key.</summary>
    public bool TakesSignedLinks { get; init; }
}

/// <summary>One parameter.</summary>
/// <param name="Name">Its name.</param>
/// <param name="In"><c>path</c>, <c>query</c> or <c>header</c>.</param>
/// <param name="Description">What it is.</param>
/// <param name="Schema">What it may be.</param>
internal sealed record Parameter(string Name, string In, string Description, JsonObject Schema)
{
    /// <summary>A value that works, after the examples of the operations before.</summary>
    public JsonNode? Example { get; init; }

    /// <summary>One for each example of the body, by its name.</summary>
    public IReadOnlyDictionary<string, string>? Examples { get; init; }
}

/// <summary>The body of a request.</summary>
/// <param name="MediaType">What it is.</param>
/// <param name="Description">In words.</param>
/// <param name="Schema">Makes its schema.</param>
/// <param name="Examples">Examples by name, each with its summary and its value, or the link of its value.</param>
internal sealed record Body(string MediaType, string Description, Func<Schemas, JsonObject>? Schema, IReadOnlyList<Example> Examples);

/// <summary>One example of a body.</summary>
/// <param name="Name">Examples of one name belong together.</param>
/// <param name="Summary">What it shows.</param>
/// <param name="Value">The value.</param>
/// <param name="ExternalValue">Where it is, if it is no JSON.</param>
internal sealed record Example(string Name, string Summary, JsonNode? Value, string? ExternalValue = null);

/// <summary>One answer.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Description">When it comes.</param>
internal sealed record Answer(int Status, string Description)
{
    public string MediaType { get; init; } = "application/json";

    /// <summary>Further media types, beside the first.</summary>
    public IReadOnlyList<string> OrElse { get; init; } = [];

    /// <summary>Type of the JSON; null: no JSON, or no body.</summary>
    public JsonTypeInfo? Type { get; init; }

    /// <summary>Makes the schema of the JSON, where that is not its type's alone.</summary>
    public Func<Schemas, JsonObject>? Schema { get; init; }

    public bool HasBody { get; init; } = true;

    public JsonNode? Example { get; init; }

    public IReadOnlyList<string> Headers { get; init; } = [];
}
