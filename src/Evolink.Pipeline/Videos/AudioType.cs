namespace Evolink.Pipeline.Videos;

/// <summary>Tells the sound that Evolink takes by its first bytes.</summary>
internal static class AudioType
{
    /// <summary>Content type of an MP3.</summary>
    public const string Mp3 = "audio/mpeg";

    /// <summary>Content type of a WAV.</summary>
    public const string Wav = "audio/wav";

    /// <summary>The content type, or null for what is neither.</summary>
    public static string? Of(ReadOnlySpan<byte> head) => head switch
    {
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'A', (byte)'V', (byte)'E', ..] => Wav,
        // ID3v2's header, or the first frame of MPEG audio, layer III (ISO/IEC 11172-3, 2.4.2.3).
        [(byte)'I', (byte)'D', (byte)'3', ..] => Mp3,
        [0xFF, var second, ..] when (second & 0b1110_0110) == 0b1110_0010 => Mp3,
        _ => null,
    };
}
