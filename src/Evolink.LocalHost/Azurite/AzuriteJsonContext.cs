namespace Evolink.LocalHost.Azurite;

/// <summary>What the wrapper writes once its services listen.</summary>
internal sealed record AzuritePorts(int Blob, int Queue, int Table);

/// <summary>What the wrapper writes when it cannot start.</summary>
internal sealed record AzuriteFailure(string Code, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AzuritePorts))]
[JsonSerializable(typeof(AzuriteFailure))]
internal sealed partial class AzuriteJsonContext : JsonSerializerContext;
