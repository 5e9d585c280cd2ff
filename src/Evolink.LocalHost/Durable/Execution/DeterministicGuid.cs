using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Evolink.LocalHost.Durable.Execution;

/// <summary>GUIDs that come out the same on every replay: version 8 of RFC 9562, from instance, time of the turn and count.</summary>
internal static class DeterministicGuid
{
    public static Guid Create(string instanceId, DateTime turn, int count)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{instanceId}_{turn:O}_{count}")), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
