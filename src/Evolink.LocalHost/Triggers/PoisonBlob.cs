using System.Text.Json.Serialization;

namespace Evolink.LocalHost.Triggers;

/// <summary>A message in <c>webjobs-blobtrigger-poison</c>, as the host writes it.</summary>
internal sealed record PoisonBlob(string Type, string FunctionId, string BlobType, string ContainerName, string BlobName, string ETag);

[JsonSerializable(typeof(PoisonBlob))]
internal sealed partial class PoisonBlobJson : JsonSerializerContext;
