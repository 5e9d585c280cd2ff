using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evolink.Pipeline.Storage;

/// <summary>
/// What is kept as JSON in storage, and each object within it. It outlives the code that wrote it: while two versions of the app run side by side,
/// the older one must not drop what the newer one has written.
/// </summary>
public abstract record StoredDocument
{
    /// <summary>The fields that this version does not know; they are written back as they were read. Null where there are none.</summary>
    [JsonExtensionData]
    [SuppressMessage("Usage", "CA2227:Collection properties should be read only", Justification = "Source-generated JSON neither fills what is there nor binds an init-only one.")]
    public IDictionary<string, JsonElement>? UnknownFields { get; set; }
}
