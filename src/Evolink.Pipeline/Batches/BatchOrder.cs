using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Evolink.Client;
using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Batches;

/// <summary>A checked batch, as a client ordered it.</summary>
/// <param name="Requests">What shall be generated.</param>
/// <param name="MaxInFlight">Most items under way at once.</param>
/// <param name="OfImages">Whether the client gave a template and a list of images.</param>
public sealed record BatchOrder(IReadOnlyList<VideoGenerationRequest> Requests, int MaxInFlight, bool OfImages)
{
    /// <summary>A mistake in the image of an item, named as the client gave it.</summary>
    public ValidationIssue WithImageOf(int index, ValidationIssue issue)
    {
        string param = OfImages ? $"images[{index}]" : $"generations[{index}].{issue.Param}";
        return issue with { Param = param, Message = $"{param}: {issue.Message}" };
    }

    /// <summary>What makes two orders the same, hexadecimal.</summary>
    public string Digest() => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(
        string.Join('\n', [MaxInFlight.ToString(CultureInfo.InvariantCulture), .. Requests.Select(RequestDigest.Of)]))));

    /// <summary>The requests as they are stored, one JSON object after the other, with the length of each.</summary>
    public (BinaryData Lines, ImmutableArray<int> Lengths) Serialize()
    {
        ArrayBufferWriter<byte> lines = new();
        ImmutableArray<int>.Builder lengths = ImmutableArray.CreateBuilder<int>(Requests.Count);
        foreach (VideoGenerationRequest request in Requests)
        {
            int start = lines.WrittenCount;
            lines.Write(request.ToUtf8Bytes());
            lines.Write("\n"u8);
            lengths.Add(lines.WrittenCount - start);
        }

        return (new BinaryData(lines.WrittenMemory), lengths.MoveToImmutable());
    }
}
