namespace Evolink.Simulator;

/// <summary>
/// Puts the first seconds of a clip into an MP4 file: <c>ftyp, moov, free, mdat</c>, so that it plays while it loads. The <c>free</c> box, which
/// players skip, holds the task's id: no two tasks have the same bytes.
/// </summary>
internal static class Mp4File
{
    // 1024 ticks per frame, as encoders have it.
    private const uint TicksPerFrame = 1024;
    private const uint TicksPerSecond = TicksPerFrame * H264Clip.FramesPerSecond;

    /// <summary>Everything before the samples; the samples themselves are the first bytes of <see cref="H264Clip.Samples"/>.</summary>
    /// <param name="clip">The pictures.</param>
    /// <param name="seconds">How many seconds of it.</param>
    /// <param name="identity">ASCII for the <c>free</c> box.</param>
    /// <param name="samplesLength">How many bytes of the clip's samples follow.</param>
    public static byte[] Head(H264Clip clip, int seconds, string identity, out int samplesLength)
    {
        int frames = seconds * H264Clip.FramesPerSecond;
        samplesLength = clip.SampleSizes.Take(frames).Sum();

        // The chunk offset in moov depends on the size of moov, which does not depend on the offset.
        int length = Write(clip, frames, identity, samplesLength, chunkOffset: 0).Length;
        return Write(clip, frames, identity, samplesLength, chunkOffset: (uint)length);
    }

    private static byte[] Write(H264Clip clip, int frames, string identity, int samplesLength, uint chunkOffset)
    {
        var file = new Mp4Writer();
        file.Box("ftyp", box => box.Text("isom").UInt32(0x200).Text("isomiso2avc1mp41"));
        file.Box("moov", moov => moov
            .FullBox("mvhd", 0, box => MovieHeader(box, frames))
            .Box("trak", track => Track(track, clip, frames, chunkOffset)));
        file.Box("free", box => box.Text(identity));
        file.UInt32((uint)(samplesLength + 8)).Text("mdat");
        return file.ToArray();
    }

    private static void MovieHeader(Mp4Writer box, int frames)
    {
        Times(box).UInt32(TicksPerSecond).UInt32((uint)frames * TicksPerFrame);
        box.UInt32(0x00010000).UInt16(0x0100).Zeros(10);
        UnityMatrix(box).Zeros(24).UInt32(2);
    }

    private static void Track(Mp4Writer track, H264Clip clip, int frames, uint chunkOffset)
    {
        const uint enabledAndInMovie = 3;
        uint duration = (uint)frames * TicksPerFrame;
        track.FullBox("tkhd", enabledAndInMovie, box =>
        {
            Times(box).UInt32(1).UInt32(0).UInt32(duration).Zeros(16);
            UnityMatrix(box).UInt32((uint)clip.Width << 16).UInt32((uint)clip.Height << 16);
        });
        track.Box("mdia", media => media
            .FullBox("mdhd", 0, box => Times(box).UInt32(TicksPerSecond).UInt32(duration).UInt16(UndeterminedLanguage).UInt16(0))
            .FullBox("hdlr", 0, box => box.UInt32(0).Text("vide").Zeros(12).Text("Simulated video\0"))
            .Box("minf", info => info
                .FullBox("vmhd", 1, box => box.Zeros(8))
                .Box("dinf", data => data.FullBox("dref", 0, box => box.UInt32(1).FullBox("url ", 1, _ => { })))
                .Box("stbl", table => SampleTable(table, clip, frames, chunkOffset))));
    }

    /// <summary>"und" in five bits a letter.</summary>
    private static ushort UndeterminedLanguage => ((('u' - 0x60) << 10) | (('n' - 0x60) << 5)) | ('d' - 0x60);

    private static void SampleTable(Mp4Writer table, H264Clip clip, int frames, uint chunkOffset)
    {
        uint[] keyFrames = [.. Enumerable.Range(0, frames).Where(frame => clip.KeyFrames[frame]).Select(frame => (uint)frame + 1)];
        table
            .FullBox("stsd", 0, box => box.UInt32(1).Box("avc1", entry => SampleEntry(entry, clip)))
            .FullBox("stts", 0, box => box.UInt32(1).UInt32((uint)frames).UInt32(TicksPerFrame))
            .FullBox("stss", 0, box => UInt32List(box.UInt32((uint)keyFrames.Length), keyFrames))
            .FullBox("stsc", 0, box => box.UInt32(1).UInt32(1).UInt32((uint)frames).UInt32(1))
            .FullBox("stsz", 0, box => UInt32List(box.UInt32(0).UInt32((uint)frames), clip.SampleSizes.Take(frames).Select(size => (uint)size)))
            .FullBox("stco", 0, box => box.UInt32(1).UInt32(chunkOffset));
    }

    private static void SampleEntry(Mp4Writer entry, H264Clip clip) => entry
        .Zeros(6).UInt16(1).Zeros(16)
        .UInt16((ushort)clip.Width).UInt16((ushort)clip.Height)
        .UInt32(0x00480000).UInt32(0x00480000).UInt32(0) // 72 dpi
        .UInt16(1).Zeros(32).UInt16(0x0018).UInt16(0xFFFF)
        .Box("avcC", box => box
            .Byte(1).Bytes(clip.Sps.AsSpan(1, 3)).Byte(0xFF) // lengths of four bytes
            .Byte(0xE1).UInt16((ushort)clip.Sps.Length).Bytes(clip.Sps)
            .Byte(1).UInt16((ushort)clip.Pps.Length).Bytes(clip.Pps));

    private static void UInt32List(Mp4Writer box, IEnumerable<uint> values)
    {
        foreach (uint value in values)
            box.UInt32(value);
    }

    /// <summary>Creation and modification; zero says nothing, and keeps the bytes the same at every request.</summary>
    private static Mp4Writer Times(Mp4Writer box) => box.UInt32(0).UInt32(0);

    private static Mp4Writer UnityMatrix(Mp4Writer box) => box
        .UInt32(0x00010000).UInt32(0).UInt32(0)
        .UInt32(0).UInt32(0x00010000).UInt32(0)
        .UInt32(0).UInt32(0).UInt32(0x40000000);
}
