using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Evolink.Pipeline.Videos;

/// <summary>
/// The CRC-64 with which Azure Storage checks a block (CRC-64/NVME), by carry-less multiplication: the storage SDK's own takes longer than
/// SHA-256. Source of the method: Gopal et al., Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction, Intel, 2009.
/// </summary>
internal static class Crc64
{
    // Reflected: bit 63 is x^0.
    private const ulong Polynomial = 0x9A6C9329AC4BC9B5;
    private const int Lane = 16;
    private const int Stride = 4 * Lane;

    private static readonly ulong[] Table = [.. Enumerable.Range(0, 256).Select(value => TimesX((ulong)value, 8))];
    private static readonly Vector128<ulong> By128 = Fold(128);
    private static readonly Vector128<ulong> By256 = Fold(256);
    private static readonly Vector128<ulong> By384 = Fold(384);
    private static readonly Vector128<ulong> By512 = Fold(512);

    /// <summary>Whether this processor has what makes it fast. Without, the SDK may as well compute it.</summary>
    public static bool IsFast => Pclmulqdq.IsSupported && BitConverter.IsLittleEndian;

    /// <summary>The checksum in the byte order of <c>x-ms-content-crc64</c>.</summary>
    public static byte[] Of(ReadOnlySpan<byte> data)
    {
        byte[] checksum = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(checksum, ~Append(ulong.MaxValue, data));
        return checksum;
    }

    private static ulong Append(ulong state, ReadOnlySpan<byte> data)
    {
        if (IsFast && data.Length >= Stride)
        {
            int folded = data.Length - (data.Length % Stride);
            Span<byte> rest = stackalloc byte[Lane];
            FoldAll(state, data[..folded]).AsByte().CopyTo(rest);
            state = AppendBytes(0, rest);
            data = data[folded..];
        }

        return AppendBytes(state, data);
    }

    private static ulong AppendBytes(ulong state, ReadOnlySpan<byte> data)
    {
        foreach (byte value in data)
            state = Table[(byte)state ^ value] ^ (state >> 8);
        return state;
    }

    // Four lanes, for the multiplication's latency is several times its throughput.
    private static Vector128<ulong> FoldAll(ulong state, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<Vector128<ulong>> lanes = MemoryMarshal.Cast<byte, Vector128<ulong>>(data);
        Vector128<ulong> a = lanes[0] ^ Vector128.CreateScalar(state), b = lanes[1], c = lanes[2], d = lanes[3];
        for (lanes = lanes[4..]; lanes.Length >= 4; lanes = lanes[4..])
        {
            a = Move(a, By512) ^ lanes[0];
            b = Move(b, By512) ^ lanes[1];
            c = Move(c, By512) ^ lanes[2];
            d = Move(d, By512) ^ lanes[3];
        }

        return Move(a, By384) ^ Move(b, By256) ^ Move(c, By128) ^ d;
    }

    private static Vector128<ulong> Move(Vector128<ulong> lane, Vector128<ulong> by) =>
        Pclmulqdq.CarrylessMultiply(lane, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(lane, by, 0x11);

    // The lower half of a lane stands for the higher powers. The product of two reflected halves comes out one place off: hence the - 1.
    private static Vector128<ulong> Fold(int bits) => Vector128.Create(TimesX(1UL << 63, bits + 64 - 1), TimesX(1UL << 63, bits - 1));

    private static ulong TimesX(ulong value, int times)
    {
        for (int i = 0; i < times; i++)
            value = (value >> 1) ^ ((value & 1) * Polynomial);
        return value;
    }
}
