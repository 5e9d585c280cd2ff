using System.Diagnostics.CodeAnalysis;
using Evolink.Client;
using Microsoft.AspNetCore.Http;

namespace Evolink.Functions.Http;

/// <summary>The client's header <c>Idempotency-Key</c>.</summary>
internal static class IdempotencyKeyHeader
{
    public const string Name = "Idempotency-Key";

    /// <summary>The key, or null where there is none.</summary>
    /// <returns>Whether the header is absent or right.</returns>
    public static bool TryRead(HttpRequest request, out string? key, [NotNullWhen(false)] out ValidationIssue? issue)
    {
        var values = request.Headers[Name];
        key = values.Count == 0 ? null : values[0];
        bool right = values.Count == 0 || (values.Count == 1 && IdempotencyKey.IsValid(key));
        issue = right ? null : new ValidationIssue(Name, ValidationCodes.Malformed, $"The {Name} must be one value of {IdempotencyKey.Rule}.");
        return right;
    }
}
