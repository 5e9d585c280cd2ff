using System.Security.Cryptography;

namespace Evolink.Simulator;

/// <summary>The video of a task: always the same bytes, made while they are read.</summary>
internal sealed class GeneratedVideo
{
    private const int BoxHeader = 8;
    private const int LargeBoxHeader = 16;

    private readonly byte[] head;
    private readonly ReadOnlyMemory<byte> samples;
    private readonly byte[] paddingHeader;

    private GeneratedVideo(byte[] head, ReadOnlyMemory<byte> samples, byte[] paddingHeader, long length)
    {
        this.head = head;
        this.samples = samples;
        this.paddingHeader = paddingHeader;
        Length = length;
    }

    public long Length { get; }

    /// <summary>Whether it is a picture and no video.</summary>
    public bool IsPicture { get; private init; }

    /// <summary>A result of a task: a video, or, behind all of them, a picture.</summary>
    /// <param name="task">Whose.</param>
    /// <param name="bytes">The wished size of a video; padding in a <c>free</c> box at the end makes up for what is missing.</param>
    /// <param name="result">Which, from 1 on.</param>
    public static GeneratedVideo Of(SimulatedTask task, long? bytes, int result = 1)
    {
        if (result > task.Videos)
        {
            byte[] picture = GeneratedPicture.Of(task.Id);
            return new GeneratedVideo(picture, ReadOnlyMemory<byte>.Empty, [], picture.Length) { IsPicture = true };
        }

        H264Clip clip = H264Clip.For(task.Quality);
        string title = result == 1 ? task.Id : $"{task.Id}-{result}";
        byte[] boxes = Mp4File.Head(clip, task.Duration, title, out int samplesLength);
        long natural = boxes.Length + samplesLength;
        byte[] padding = bytes - natural is { } missing and >= BoxHeader ? PaddingHeader(missing) : [];
        return new GeneratedVideo(boxes, clip.Samples[..samplesLength], padding, padding.Length > 0 ? bytes!.Value : natural);
    }

    public Stream OpenRead() => new GeneratedStream(Length, Fill);

    /// <summary>The first bytes only.</summary>
    /// <param name="fraction">How many of them, 0 to 1.</param>
    public Stream OpenRead(double fraction) => new GeneratedStream((long)(Length * Math.Clamp(fraction, 0, 1)), Fill);

    public async Task<string> Sha256Async(CancellationToken cancellationToken)
    {
        await using Stream stream = OpenRead();
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }

    private static byte[] PaddingHeader(long size)
    {
        var header = new Mp4Writer();
        return size > uint.MaxValue && size >= LargeBoxHeader
            ? header.UInt32(1).Text("free").UInt64((ulong)size).ToArray()
            : header.UInt32((uint)size).Text("free").ToArray();
    }

    private void Fill(Span<byte> target, long position)
    {
        target = target[Copy(head, target, ref position)..];
        target = target[Copy(samples.Span, target, ref position)..];
        target = target[Copy(paddingHeader, target, ref position)..];
        Padding.Fill(target, position);
    }

    /// <summary>Copies what of a part lies at a position, which is told from the part's begin, and leaves the position told from its end.</summary>
    private static int Copy(ReadOnlySpan<byte> part, Span<byte> target, ref long position)
    {
        int count = 0;
        if (position < part.Length && !target.IsEmpty)
        {
            ReadOnlySpan<byte> rest = part[(int)position..];
            count = Math.Min(rest.Length, target.Length);
            rest[..count].CopyTo(target);
        }

        position += count - part.Length;
        return count;
    }
}
