using System.Collections.Frozen;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Evolink.Functions.Studio;

/// <summary>The files of the studio page, which are part of this assembly: compressed once, named by their content.</summary>
internal static class StudioFiles
{
    private const string Prefix = "studio/";

    private static readonly FrozenDictionary<string, string> ContentTypes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Lazy<StudioContent>> Files = Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[Prefix.Length..], name => new Lazy<StudioContent>(() => Load(name)), StringComparer.Ordinal);

    /// <summary>Answers with a file in the shortest form that the browser takes; null where there is no such file.</summary>
    public static IResult? Answer(HttpRequest request, string file)
    {
        if (!Files.TryGetValue(file, out Lazy<StudioContent>? found))
            return null;
        (string? encoding, byte[] bytes) = found.Value.For(request.GetTypedHeaders().AcceptEncoding);
        IHeaderDictionary headers = request.HttpContext.Response.Headers;
        // Kept, but asked for each time: a new version of the app must not meet a page of the old one. An unchanged file costs a 304.
        headers.CacheControl = "no-cache";
        headers.Vary = "Accept, Accept-Encoding";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (encoding is not null)
            headers.ContentEncoding = encoding;
        return TypedResults.Bytes(bytes, found.Value.ContentType, entityTag: new EntityTagHeaderValue($"\"{found.Value.Hash}{(encoding is null ? "" : $"-{encoding}")}\""));
    }

    private static StudioContent Load(string name)
    {
        using Stream resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        byte[] plain = new byte[resource.Length];
        resource.ReadExactly(plain);
        return new StudioContent(
            ContentTypes[Path.GetExtension(name)],
            Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(0, 12)),
            plain,
            Compress(plain, target => new BrotliStream(target, CompressionLevel.SmallestSize)),
            Compress(plain, target => new GZipStream(target, CompressionLevel.SmallestSize)));
    }

    private static byte[] Compress(byte[] plain, Func<Stream, Stream> encoder)
    {
        using MemoryStream target = new();
        using (Stream stream = encoder(target))
            stream.Write(plain);
        return target.ToArray();
    }
}
