using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>Source-generated JSON of texts.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class JsonTexts : JsonSerializerContext;
