using System.Diagnostics;
using System.Globalization;
using Evolink.Pipeline.Videos;

namespace Evolink.Pipeline.Tests.Videos;

/// <summary>
/// Good videos, cut, extended and relabelled: what is taken for complete decodes to its end, and nothing else does but for reasons.
/// <c>EVOLINK_FUZZ_INPUTS</c> says how many.
/// </summary>
public sealed class ContainerFuzzTests
{
    private const int Judged = 200;
    private const string Player = "ffmpeg";

    private static readonly int Inputs =
        int.Parse(Environment.GetEnvironmentVariable("EVOLINK_FUZZ_INPUTS") ?? "100000", CultureInfo.InvariantCulture);

    private static readonly string[] Labels = ["gzip", "br", "deflate", "aws-chunked", "utf-8", "none", "binary", "identity", "zstd", ""];

    private static bool IsTaken(byte[] file, Random random)
    {
        if (VideoType.Of(file) is not { } type)
            return false;
        ContainerWalk walk = ContainerWalk.Of(type);
        for (int at = 0; at < file.Length;)
        {
            int count = Math.Min(random.Next(1, 2000), file.Length - at);
            walk.Append(file.AsSpan(at, count));
            at += count;
        }

        return walk.Missing is null;
    }

    [Fact]
    public void What_is_cut_extended_or_relabelled_is_taken_only_where_it_is_complete()
    {
        Random random = new(19);
        int taken = 0;
        for (int i = 0; i < Inputs; i++)
        {
            ChangedVideo changed = ChangedVideo.Make(random);
            bool isTaken = IsTaken(changed.Bytes, random);
            Assert.True(changed.IsComplete is null || changed.IsComplete == isTaken, $"{changed.Name}, {changed.How}: taken {isTaken}");
            if (VideoType.Of(changed.Bytes) is not null)
                Assert.Null(ContentCoding.Decoder(changed.Bytes, [Labels[random.Next(Labels.Length)], Labels[random.Next(Labels.Length)]]));
            taken += isTaken ? 1 : 0;
        }

        Assert.InRange(taken, Inputs / 20, Inputs / 2);
    }

    [Fact]
    public async Task What_is_taken_decodes_to_its_end_and_what_is_refused_does_not_but_for_reasons()
    {
        Assert.SkipUnless(HasPlayer(), $"{Player} is not installed: nobody is there to judge.");
        Random random = new(20);
        List<(ChangedVideo Video, bool Taken)> sample = [];
        while (sample.Count < Judged)
        {
            ChangedVideo changed = ChangedVideo.Make(random);
            bool taken = IsTaken(changed.Bytes, random);
            // As many of either kind, and nothing twice.
            bool isNew = !sample.Exists(each => changed.Bytes.SequenceEqual(each.Video.Bytes));
            if (isNew && sample.Count(each => each.Taken == taken) < Judged / 2)
                sample.Add((changed, taken));
        }

        string folder = Directory.CreateTempSubdirectory("evolink-videos-").FullName;
        try
        {
            await Parallel.ForAsync(0, sample.Count, TestContext.Current.CancellationToken, async (i, cancellationToken) =>
            {
                (ChangedVideo video, bool taken) = sample[i];
                string file = Path.Combine(folder, $"{i}{Path.GetExtension(video.Name)}");
                await File.WriteAllBytesAsync(file, video.Bytes, cancellationToken);
                (bool decodes, string words) = await DecodeAsync(file, cancellationToken);
                bool isRight = decodes == taken || (!taken && video.WhyDecodable is not null);
                Assert.True(isRight, $"{video.Name}, {video.How}: taken {taken}, decodes {decodes}. {words}");
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool HasPlayer() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, Player)) || File.Exists(Path.Combine(folder, $"{Player}.exe")));

    private static async Task<(bool Decodes, string Words)> DecodeAsync(string file, CancellationToken cancellationToken)
    {
        string[] arguments = ["-v", "error", "-xerror", "-nostdin", "-threads", "1", "-i", file, "-f", "null", "-"];
        using Process process = Process.Start(new ProcessStartInfo(Player, arguments)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        string words = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode == 0 && words.Length == 0, words);
    }
}
