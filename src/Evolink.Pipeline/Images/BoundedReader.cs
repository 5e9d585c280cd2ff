using MetadataExtractor.IO;

namespace Evolink.Pipeline.Images;

/// <summary>Reads a file in memory for the metadata library. The library's own readers allocate what a length in the file asks for; this one looks first whether so much is there.</summary>
internal sealed class BoundedReader(byte[] file, bool isMotorolaByteOrder, int position = 0) : SequentialReader(isMotorolaByteOrder)
{
    private int _position = position;

    public override long Position => _position;

    public override byte GetByte()
    {
        Require(1);
        return file[_position++];
    }

    public override byte[] GetBytes(int count)
    {
        Require(count);
        byte[] bytes = file[_position..(_position + count)];
        _position += count;
        return bytes;
    }

    public override void GetBytes(byte[] buffer, int offset, int count)
    {
        Require(count);
        Array.Copy(file, _position, buffer, offset, count);
        _position += count;
    }

    public override void Skip(long n)
    {
        Require(n);
        _position += (int)n;
    }

    public override bool TrySkip(long n)
    {
        if (n < 0 || n > Available())
            return false;
        _position += (int)n;
        return true;
    }

    public override int Available() => file.Length - _position;

    public override SequentialReader WithByteOrder(bool isMotorolaByteOrder) => new BoundedReader(file, isMotorolaByteOrder, _position);

    private void Require(long count)
    {
        if (count < 0 || count > Available())
            throw new IOException("The file ends before what it promises.");
    }
}
