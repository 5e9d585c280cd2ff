using System.Collections.Immutable;

namespace Evolink.Client;

/// <summary>A field of a model's requests, and its limits.</summary>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Kind">What it holds.</param>
public sealed record VideoModelField(string Name, VideoModelFieldKind Kind)
{
    /// <summary>Whether no request is without it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Least value of a number; fewest links of a list.</summary>
    public long? Min { get; init; }

    /// <summary>Greatest value of a number; most links of a list.</summary>
    public long? Max { get; init; }

    /// <summary>Most characters (Unicode code points) of a text.</summary>
    public int? MaxLength { get; init; }

    /// <summary>The values that it may have; empty: any.</summary>
    public ImmutableArray<string> Choices { get; init; } = [];

    /// <summary>What a link leads to.</summary>
    public MediaKind? Media { get; init; }

    /// <summary>Whether a link may be <c>http</c> too.</summary>
    public bool AllowsHttp { get; init; }

    /// <summary>Known fields of an object; empty: any.</summary>
    public ImmutableArray<VideoModelField> Fields { get; init; } = [];

    /// <summary>What Evolink takes where it is left out, as JSON writes it; <see langword="null"/> where it names nothing.</summary>
    public string? Default { get; init; }
}

/// <summary>What a field holds.</summary>
public enum VideoModelFieldKind
{
    /// <summary>A text.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A link.</summary>
    Link,

    /// <summary>A list of links.</summary>
    Links,

    /// <summary>An object with fields of its own.</summary>
    Object,
}

/// <summary>What a link leads to.</summary>
public enum MediaKind
{
    /// <summary>A picture.</summary>
    Image,

    /// <summary>A video.</summary>
    Video,

    /// <summary>Sound.</summary>
    Audio,
}
