using Microsoft.Net.Http.Headers;

namespace Evolink.Functions.Http;

/// <summary>A file of a page, in every form in which it is sent.</summary>
/// <param name="ContentType">Its content type.</param>
/// <param name="Hash">Names its content.</param>
/// <param name="Plain">As it is.</param>
/// <param name="Brotli">Compressed.</param>
/// <param name="Gzip">Compressed, for whoever knows no better.</param>
internal sealed record EmbeddedFile(string ContentType, string Hash, byte[] Plain, byte[] Brotli, byte[] Gzip)
{
    /// <summary>The shortest form among those accepted.</summary>
    public (string? Encoding, byte[] Bytes) For(IList<StringWithQualityHeaderValue> accepted) =>
        Accepts(accepted, "br", Brotli) ? ("br", Brotli) : Accepts(accepted, "gzip", Gzip) ? ("gzip", Gzip) : (null, Plain);

    private bool Accepts(IList<StringWithQualityHeaderValue> accepted, string encoding, byte[] bytes) =>
        bytes.Length < Plain.Length && accepted.Any(value => value.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase) && value.Quality is null or > 0);
}
