using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Evolink.Pipeline.Videos;

/// <summary>
/// Names a block after what it holds: where it begins, and the SHA-256 of the video up to its end. Two blocks of one name hold the same bytes, whoever
/// staged them, from whichever version of the source; names are of equal length, as storage wants them.
/// </summary>
internal static class BlockName
{
    private const int HashBytes = 24;

    /// <summary>The name of the block that ends where the hash stands now.</summary>
    public static string Of(long start, IncrementalHash upToItsEnd)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        upToItsEnd.GetCurrentHash(hash);
        Span<byte> name = stackalloc byte[sizeof(long) + HashBytes];
        BinaryPrimitives.WriteInt64BigEndian(name, start);
        hash[..HashBytes].CopyTo(name[sizeof(long)..]);
        return Convert.ToBase64String(name);
    }
}
