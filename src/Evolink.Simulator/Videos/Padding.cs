using System.Buffers.Binary;

namespace Evolink.Simulator;

/// <summary>Bytes without pattern and without storage: each is a function of its position alone, so that ranges and hashes hold.</summary>
internal static class Padding
{
    public static void Fill(Span<byte> target, long position)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        while (!target.IsEmpty)
        {
            (long index, long skip) = Math.DivRem(position, sizeof(ulong));
            if (skip == 0 && target.Length >= sizeof(ulong))
            {
                BinaryPrimitives.WriteUInt64LittleEndian(target, Mix((ulong)index));
                target = target[sizeof(ulong)..];
                position += sizeof(ulong);
                continue;
            }

            BinaryPrimitives.WriteUInt64LittleEndian(word, Mix((ulong)index));
            ReadOnlySpan<byte> rest = word[(int)skip..];
            int count = Math.Min(rest.Length, target.Length);
            rest[..count].CopyTo(target);
            target = target[count..];
            position += count;
        }
    }

    /// <summary>SplitMix64: https://prng.di.unimi.it/splitmix64.c.</summary>
    private static ulong Mix(ulong index)
    {
        ulong z = unchecked((index + 1) * 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return z ^ (z >> 31);
    }
}
