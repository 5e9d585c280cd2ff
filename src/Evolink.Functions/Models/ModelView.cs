using System.Text.Json;
using Evolink.Client;

namespace Evolink.Functions.Models;

/// <summary>The models that may be asked for.</summary>
public sealed record ModelList
{
    /// <summary>Always <c>list</c>.</summary>
    public string Object { get; } = "list";

    /// <summary>The models, by name.</summary>
    public required IReadOnlyList<ModelView> Data { get; init; }

    /// <summary>
    /// Whether Evolink has told which models its key may use. Where it has not, these are the ones that are described, and others may
    /// be asked for, too.
    /// </summary>
    public required bool Complete { get; init; }

    /// <summary>The setting <c>Evolink:Models</c>: what this app allows, with <c>*</c> for any characters.</summary>
    public required IReadOnlyList<string> Allowed { get; init; }
}

/// <summary>A model.</summary>
public sealed record ModelView
{
    /// <summary>Its name.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>model</c>.</summary>
    public string Object { get; } = "model";

    /// <summary>Whether its fields are known and checked here. Those of others pass as they are.</summary>
    public required bool Described { get; init; }

    /// <summary>Its fields; absent where they are not known.</summary>
    public IReadOnlyList<ModelFieldView>? Fields { get; init; }

    /// <summary>The modes of <c>generation_mode</c>, with what each needs and does not take.</summary>
    public IReadOnlyList<ModelModeView>? Modes { get; init; }

    /// <summary>Credits of a second of video by quality, by Evolink's price list; absent where they are not known.</summary>
    public IReadOnlyDictionary<string, decimal>? CreditsPerSecond { get; init; }

    /// <summary>Whether the seconds of the videos given are billed, too.</summary>
    public bool? BillsInput { get; init; }

    /// <summary>A model of the list.</summary>
    public static ModelView Of(string id)
    {
        VideoModel? model = VideoModels.Find(id);
        return new ModelView
        {
            Id = id,
            Described = model is not null,
            Fields = model is null ? null : [.. model.Fields.Select(ModelFieldView.Of)],
            Modes = model is { Modes.Length: > 0 } ? [.. model.Modes.Select(mode => new ModelModeView(mode.Name, mode.Needs, mode.Refuses))] : null,
            CreditsPerSecond = model is { CreditsPerSecond.Count: > 0 } ? model.CreditsPerSecond : null,
            BillsInput = model is { BillsInput: true } ? true : null,
        };
    }
}

/// <summary>A way in which a model makes videos.</summary>
/// <param name="Name">The value of <c>generation_mode</c>.</param>
/// <param name="Needs">Fields that have to be there.</param>
/// <param name="Refuses">Fields that must not be.</param>
public sealed record ModelModeView(string Name, IReadOnlyList<string> Needs, IReadOnlyList<string> Refuses);

/// <summary>A field of a model's requests.</summary>
public sealed record ModelFieldView
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary><c>text</c>, <c>integer</c>, <c>boolean</c>, <c>link</c>, <c>links</c> or <c>object</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Whether no request is without it.</summary>
    public bool Required { get; init; }

    /// <summary>Least value of a number; fewest links.</summary>
    public long? Min { get; init; }

    /// <summary>Greatest value of a number; most links.</summary>
    public long? Max { get; init; }

    /// <summary>Most characters of a text.</summary>
    public int? MaxLength { get; init; }

    /// <summary>The values that it may have.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>What its links lead to: <c>image</c>, <c>audio</c> or <c>video</c>.</summary>
    public string? Media { get; init; }

    /// <summary>What Evolink takes where it is left out.</summary>
    public JsonElement? Default { get; init; }

    /// <summary>Fields of an object.</summary>
    public IReadOnlyList<ModelFieldView>? Fields { get; init; }

    /// <summary>A field as clients see it.</summary>
    public static ModelFieldView Of(VideoModelField field) => new()
    {
        Name = field.Name,
        Kind = field.Kind.ToString().ToLowerInvariant(),
        Required = field.IsRequired,
        Min = field.Min,
        Max = field.Max,
        MaxLength = field.MaxLength,
        Choices = field.Choices.IsEmpty ? null : field.Choices,
        Media = field.Media?.ToString().ToLowerInvariant(),
        Default = field.Default is { } json ? JsonElement.Parse(json) : null,
        Fields = field.Fields.IsEmpty ? null : [.. field.Fields.Select(Of)],
    };
}
