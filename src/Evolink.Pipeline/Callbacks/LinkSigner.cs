using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Callbacks;

/// <summary>
/// Signs the links that this app hands to Evolink, and checks them when they come back. Evolink signs nothing itself, so the
/// signature in our own link is all that tells its callback from a stranger's.
/// </summary>
public sealed class LinkSigner(IOptions<EvolinkOptions> options)
{
    private readonly CallbackOptions _options = options.Value.Callback;

    /// <summary>Whether there is a key to sign with.</summary>
    public bool CanSign => _options.CurrentKey is { Length: > 0 } id && EvolinkReadiness.IsResolved(_options.Keys.GetValueOrDefault(id));

    /// <summary>Id of the key that signs new links.</summary>
    /// <exception cref="InvalidOperationException">No key is configured.</exception>
    public string CurrentKeyId => CanSign
        ? _options.CurrentKey!
        : throw new InvalidOperationException("Evolink:Callback:CurrentKey names no key in Evolink:Callback:Keys, so no link can be signed.");

    /// <summary>The callback url of one attempt.</summary>
    public Uri CallbackUrl(Uri publicBase, string keyId, JobId id, int attempt) => new(
        publicBase,
        string.Create(CultureInfo.InvariantCulture, $"/callbacks/{id}?a={attempt}&k={keyId}&s={Sign(keyId, CallbackText(keyId, id, attempt))}"));

    /// <summary>Whether a callback's query carries this app's signature for just this job and attempt.</summary>
    public bool IsCallback(JobId id, string? attempt, string? keyId, string? signature, out int number) =>
        int.TryParse(attempt, NumberStyles.None, CultureInfo.InvariantCulture, out number)
        && Verify(keyId, CallbackText(keyId ?? string.Empty, id, number), signature);

    /// <summary>The link under which Evolink, and nobody who does not hold it, fetches a client's image until <paramref name="expires"/>.</summary>
    public Uri ImageUrl(Uri publicBase, string keyId, string client, string sha256, long expires) =>
        FileUrl(publicBase, keyId, client, $"/v1/images/{sha256}", sha256, expires);

    /// <summary>The same for any file of a client's, under the path by which the client named it.</summary>
    public Uri FileUrl(Uri publicBase, string keyId, string client, string path, string sha256, long expires) => new(
        publicBase,
        string.Create(CultureInfo.InvariantCulture, $"{path}?c={client}&e={expires}&k={keyId}&s={Sign(keyId, ImageText(keyId, client, sha256, expires))}"));

    /// <summary>Whether an image link's query carries this app's signature; whether it has expired is the caller's to see.</summary>
    public bool IsImage(string sha256, string? client, string? expires, string? keyId, string? signature, out DateTimeOffset end) =>
        IsUntil(expires, seconds => ImageText(keyId ?? string.Empty, client ?? string.Empty, sha256, seconds), keyId, signature, out end);

    /// <summary>The signature of a link to a video's content, for clients whose storage cannot be reached from outside.</summary>
    /// <param name="keyId">Key that signs it.</param>
    /// <param name="id">The job.</param>
    /// <param name="expires">When it ends, in Unix seconds.</param>
    /// <param name="file">Which of the job's files, from 1 on; null: its video.</param>
    public string SignVideo(string keyId, JobId id, long expires, int? file = null) => Sign(keyId, VideoText(keyId, id, expires, file));

    /// <summary>Whether a video link's query carries this app's signature; whether it has expired is the caller's to see.</summary>
    public bool IsVideo(JobId id, int? file, string? expires, string? keyId, string? signature, out DateTimeOffset end) =>
        IsUntil(expires, seconds => VideoText(keyId ?? string.Empty, id, seconds, file), keyId, signature, out end);

    private bool IsUntil(string? expires, Func<long, string> text, string? keyId, string? signature, out DateTimeOffset end)
    {
        bool valid = long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            && Verify(keyId, text(seconds), signature);
        end = valid ? DateTimeOffset.FromUnixTimeSeconds(seconds) : default;
        return valid;
    }

    // The purpose stands in each text, so that a signature for one kind of link is worth nothing on another.
    private static string CallbackText(string keyId, JobId id, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"v1|{keyId}|{id}|{attempt}");

    private static string ImageText(string keyId, string client, string sha256, long expires) =>
        string.Create(CultureInfo.InvariantCulture, $"v1|image|{keyId}|{client}|{sha256}|{expires}");

    private static string VideoText(string keyId, JobId id, long expires, int? file) =>
        string.Create(CultureInfo.InvariantCulture, $"v1|video|{keyId}|{id}|{expires}") + (file is null ? "" : string.Create(CultureInfo.InvariantCulture, $"|{file}"));

    private string Sign(string keyId, string text) => Base64Url.EncodeToString(Mac(_options.Keys[keyId], text));

    private bool Verify(string? keyId, string text, string? signature)
    {
        if (keyId is null || signature is null || !_options.Keys.TryGetValue(keyId, out string? key) || !EvolinkReadiness.IsResolved(key))
            return false;
        // Texts are compared, not decoded bytes: so a signature has one spelling, and nothing that was sent is parsed.
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), Encoding.UTF8.GetBytes(Base64Url.EncodeToString(Mac(key, text))));
    }

    private static byte[] Mac(string key, string text) => HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(text));
}
