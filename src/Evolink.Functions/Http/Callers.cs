using System.Security.Cryptography;
using System.Text;
using Evolink.Pipeline.Options;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Http;

/// <summary>Knows the keys of clients and operators, as hashes only.</summary>
public sealed class Callers(IOptions<EvolinkOptions> options)
{
    private const string Scheme = "Bearer ";
    private const string HashPrefix = "sha256:";

    private readonly (byte[] Hash, Caller Caller)[] _keys =
    [
        .. Keys(options.Value.ClientKeys, isOperator: false),
        .. Keys(options.Value.OperatorKeys, isOperator: true),
    ];

    /// <summary>The caller whose key the request carries, or null. Every key is compared, each in constant time.</summary>
    public Caller? Identify(HttpRequest request)
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

    private static byte[] Hash(string secret) => secret.StartsWith(HashPrefix, StringComparison.Ordinal)
        ? Convert.FromHexString(secret.AsSpan(HashPrefix.Length))
        : SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
