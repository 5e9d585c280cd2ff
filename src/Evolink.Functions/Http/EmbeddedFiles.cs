using System.Collections.Frozen;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Evolink.Functions.Http;

/// <summary>Files that are part of an assembly: read when they are first asked for, compressed once, named by their content.</summary>
/// <param name="assembly">Which assembly.</param>
/// <param name="prefix">What the names of their resources begin with; the rest is the name of the file.</param>
/// <param name="gzipped">Whether they are in there compressed.</param>
internal sealed class EmbeddedFiles(Assembly assembly, string prefix, bool gzipped = false)
{
    private static readonly FrozenDictionary<string, string> ContentTypes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".json"] = "application/json",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
    }.ToFrozenDictionary();

    private readonly FrozenDictionary<string, Lazy<EmbeddedFile>> _files = assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && ContentTypes.ContainsKey(Path.GetExtension(name)))
        .ToFrozenDictionary(name => name[prefix.Length..], name => new Lazy<EmbeddedFile>(() => Load(assembly, name, gzipped)), StringComparer.Ordinal);

    /// <summary>Answers with a file in the shortest form that the browser takes; null where there is no such file.</summary>
    public IResult? Answer(HttpRequest request, string file)
    {
        if (!_files.TryGetValue(file, out Lazy<EmbeddedFile>? found))
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

    private static EmbeddedFile Load(Assembly assembly, string name, bool gzipped)
    {
        using Stream resource = assembly.GetManifestResourceStream(name)!;
        byte[] stored = new byte[resource.Length];
        resource.ReadExactly(stored);
        byte[] plain = gzipped ? Transform(target => new GZipStream(new MemoryStream(stored), CompressionMode.Decompress).CopyTo(target)) : stored;
        return new EmbeddedFile(
            ContentTypes[Path.GetExtension(name)],
            Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(0, 12)),
            plain,
            // A package's files are large: what it brings is good enough, and costs nothing.
            gzipped ? plain : Compress(plain, target => new BrotliStream(target, CompressionLevel.SmallestSize)),
            gzipped ? stored : Compress(plain, target => new GZipStream(target, CompressionLevel.SmallestSize)));
    }

    private static byte[] Compress(byte[] plain, Func<Stream, Stream> encoder) => Transform(target =>
    {
        using Stream stream = encoder(target);
        stream.Write(plain);
    });

    private static byte[] Transform(Action<MemoryStream> write)
    {
        using MemoryStream target = new();
        write(target);
        return target.ToArray();
    }
}
