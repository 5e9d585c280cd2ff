using System.Buffers.Binary;
using System.Text;

namespace Evolink.Pipeline.Tests.Videos;

/// <summary>A small video of which a piece was cut off, to which something was added, or in which a part was given another name.</summary>
/// <param name="Name">The file that it was.</param>
/// <param name="How">What was done to it.</param>
/// <param name="Bytes">What it is now.</param>
/// <param name="IsComplete">Whether it is complete by its own account; null where that takes more than this class knows.</param>
/// <param name="WhyDecodable">Why a player may play it to its end though it is not complete; null where none should.</param>
internal sealed record ChangedVideo(string Name, string How, byte[] Bytes, bool? IsComplete, string? WhyDecodable)
{
    public static readonly string[] Names =
    [
        "header-first.mp4", "header-last.mp4", "fragmented.mp4", "fragmented-live.mp4", "fragmented-indexed.mp4", "quicktime.mov",
        "seekable.webm", "streamed.webm", "matroska.mkv",
    ];

    private static readonly Dictionary<string, (byte[] Bytes, Part[] Parts)> Files =
        Names.ToDictionary(name => name, name => (SmallVideos.Read(name), Part.Of(SmallVideos.Read(name), IsMp4(name))));

    public static ChangedVideo Make(Random random)
    {
        string name = Names[random.Next(Names.Length)];
        return random.Next(10) switch
        {
            < 5 => Cut(name, random.Next(Files[name].Bytes.Length)),
            < 6 => Cut(name, Files[name].Parts[random.Next(Files[name].Parts.Length)].End),
            < 8 => Extend(name, random),
            _ => Rename(name, random),
        };
    }

    private static bool IsMp4(string name) =>
        name.EndsWith(".mp4", StringComparison.Ordinal) || name.EndsWith(".mov", StringComparison.Ordinal);

    private static ChangedVideo Cut(string name, int length)
    {
        (byte[] bytes, Part[] parts) = Files[name];
        Part[] left = [.. parts.Where(part => part.End <= length)];
        int mediaEnd = parts.Last(part => part.IsMedia).End;
        // Of a file that was streamed while it was made, and has no index, nobody can tell whether more should follow.
        bool tells = name is not ("fragmented.mp4" or "fragmented-live.mp4" or "streamed.webm");
        bool complete = left is [.., var last] && last.End == length && left.Any(part => part.IsMedia) && !last.AwaitsMedia
            && (!tells || length == bytes.Length || (name == "fragmented-indexed.mp4" && length >= mediaEnd));
        string? whyDecodable = length >= mediaEnd ? "what is cut stands behind the media"
            : name == "fragmented-indexed.mp4" && left is [.., { IsMedia: true, End: var end }] && end == length ? "a player does not mind its index"
            : null;
        return new ChangedVideo(name, $"cut to {length} of {bytes.Length}", bytes[..length], complete, whyDecodable);
    }

    private static ChangedVideo Extend(string name, Random random)
    {
        byte[] bytes = Files[name].Bytes;
        byte[] noise = new byte[random.Next(1, 40)];
        random.NextBytes(noise);
        (string what, byte[] more, bool complete) = random.Next(5) switch
        {
            0 => ("noise", noise, false),
            1 => ("zeros", new byte[noise.Length], IsMp4(name) && noise.Length >= 8),
            2 => ("itself", bytes, false),
            3 => ("padding", Padding(name, noise), true),
            _ => ("half a padding", Padding(name, noise)[..^1], false),
        };
        return new ChangedVideo(
            name, $"extended by {what} of {more.Length}", [.. bytes, .. more], complete, "a player stops at the end of the media");
    }

    private static byte[] Padding(string name, byte[] content) => IsMp4(name)
        ? [0, 0, 0, (byte)(8 + content.Length), .. "free"u8, .. content]
        : [0xEC, (byte)(0x80 | content.Length), .. content];

    private static ChangedVideo Rename(string name, Random random)
    {
        byte[] bytes = [.. Files[name].Bytes];
        Part part = Files[name].Parts[random.Next(Files[name].Parts.Length)];
        byte[] other = IsMp4(name) ? [.. "free"u8] : [0x42, 0x99, 0x88, 0x77];
        other.AsSpan(0, Math.Min(other.Length, part.NameLength)).CopyTo(bytes.AsSpan(part.NameAt));
        return new ChangedVideo(
            name, $"renamed {part.Name}", bytes, null, "a player finds the media by their offsets, or passes over what it does not know");
    }

    /// <summary>
    /// A top-level box, or an element of a segment; told from the whole file at once, and in another way than the pipeline does.
    /// </summary>
    private sealed record Part(string Name, int NameAt, int NameLength, int End)
    {
        public bool IsMedia => Name is "mdat" or "1F43B675";

        public bool AwaitsMedia => Name is "moof";

        public static Part[] Of(byte[] file, bool isMp4) => [.. isMp4 ? Boxes(file) : Elements(file)];

        private static IEnumerable<Part> Boxes(byte[] file)
        {
            for (int at = 0; at < file.Length;)
            {
                int size = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
                yield return new Part(Encoding.ASCII.GetString(file, at + 4, 4), at + 4, 4, at + size);
                at += size;
            }
        }

        private static IEnumerable<Part> Elements(byte[] file)
        {
            for (int at = 0; at < file.Length;)
            {
                int id = Length(file[at]), size = Length(file[at + id]), content = at + id + size;
                string name = Convert.ToHexString(file, at, id);
                long length = Convert.ToInt64(Convert.ToHexString(file, at + id, size), 16) & ((1L << (7 * size)) - 1);
                int end = name == "18538067" ? content : (int)(content + length);
                yield return new Part(name, at, id, end);
                at = end;
            }
        }

        private static int Length(byte first)
        {
            int length = 1;
            for (int bit = 0x80; (first & bit) == 0; bit >>= 1)
                length++;
            return length;
        }
    }
}
