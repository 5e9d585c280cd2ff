using System.Text;
using Evolink.Pipeline.Videos;

namespace Evolink.Pipeline.Tests.Videos;

public sealed class Crc64Tests
{
    // The check value of CRC-64/NVME in the catalogue of parametrised CRC algorithms: 0xae8b14860a799888.
    [Fact]
    public void It_is_the_crc_of_the_catalogue() => Assert.Equal("8898790A86148BAE", Convert.ToHexString(Crc64.Of(Encoding.ASCII.GetBytes("123456789"))));

    [Fact]
    public void Lanes_and_single_bits_agree_for_every_length()
    {
        byte[] data = new byte[1000];
        new Random(1).NextBytes(data);
        for (int length = 0; length <= data.Length; length++)
            Assert.Equal(BitByBit(data.AsSpan(0, length)), BitConverter.ToUInt64(Crc64.Of(data.AsSpan(0, length))));
    }

    private static ulong BitByBit(ReadOnlySpan<byte> data)
    {
        ulong state = ulong.MaxValue;
        foreach (byte value in data)
        {
            state ^= value;
            for (int bit = 0; bit < 8; bit++)
                state = (state & 1) == 0 ? state >> 1 : (state >> 1) ^ 0x9A6C9329AC4BC9B5;
        }

        return ~state;
    }
}
