using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Evolink.Pipeline.Options;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Http;

/// <summary>Knows clients and operators: by their keys, which are kept as hashes only, and by the principals that the platform has identified.</summary>
public sealed class Callers(IOptions<EvolinkOptions> options)
{
    private const string Scheme = "Bearer ";
    private const string HashPrefix = "sha256:";

    private readonly (byte[] Hash, Caller Caller)[] _keys =
    [
        .. Keys(options.Value.ClientKeys, isOperator: false),
        .. Keys(options.Value.OperatorKeys, isOperator: true),
    ];

    private readonly FrozenDictionary<Guid, Caller> _principals = options.Value.TrustPrincipalHeader
        ? Principals(options.Value.ClientPrincipals, isOperator: false).Concat(Principals(options.Value.OperatorPrincipals, isOperator: true)).ToFrozenDictionary()
        : FrozenDictionary<Guid, Caller>.Empty;

    /// <summary>The caller whose key the request carries, or whom the platform has identified; null where there is none.</summary>
    public Caller? Identify(HttpRequest request) =>
        ByKey(request) ?? (_principals.Count > 0 && PlatformPrincipal.Of(request) is { } principal ? _principals.GetValueOrDefault(principal) : null);

    // Every key is compared, each in constant time.
    private Caller? ByKey(HttpRequest request)
    {
        if (request.Headers.Authorization is not [{ } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        Span<byte> given = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim()), given);
        Caller? found = null;
        foreach ((byte[] hash, Caller caller) in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(given, hash))
                found = caller;
        }

        return found;
    }

    private static IEnumerable<(byte[] Hash, Caller Caller)> Keys(Dictionary<string, Dictionary<string, string>> names, bool isOperator) =>
        from name in names
        from secret in name.Value.Values
        where EvolinkReadiness.IsResolved(secret)
        select (Hash(secret), new Caller(name.Key, isOperator));

    private static IEnumerable<KeyValuePair<Guid, Caller>> Principals(Dictionary<string, Dictionary<string, Guid>> names, bool isOperator) =>
        from name in names
        from principal in name.Value.Values
        select KeyValuePair.Create(principal, new Caller(name.Key, isOperator));

    private static byte[] Hash(string secret) => secret.StartsWith(HashPrefix, StringComparison.Ordinal)
        ? Convert.FromHexString(secret.AsSpan(HashPrefix.Length))
        : SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
