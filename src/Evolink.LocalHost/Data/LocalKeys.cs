using System.Security.Cryptography;

namespace Evolink.LocalHost.Data;

/// <summary>Secrets of one data folder, made at random when it is first used.</summary>
/// <param name="Client">The development key: what a client sends as <c>Authorization: Bearer</c>.</param>
/// <param name="Operator">The same for an operator.</param>
/// <param name="Callback">Signs the links handed to the provider.</param>
/// <param name="Webhook">Signs the calls to the client's <c>callback_url</c>; <see langword="null"/> in a file of an older version, until it is used again.</param>
public sealed record LocalKeys(string Client, string Operator, string Callback, string? Webhook)
{
    private const string FileName = "keys.json";

    /// <summary>Reads the keys of a data folder that another run may hold; <see langword="null"/> where none were made yet.</summary>
    public static LocalKeys? Read(string folder)
    {
        string file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
            return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), LocalKeysJsonContext.Default.LocalKeys);
        }
        catch (JsonException e)
        {
            throw new LocalHostException($"{Path.GetFullPath(file)} is not readable as JSON. Delete it, and new keys are made.", e);
        }
    }

    internal static LocalKeys LoadOrCreate(string folder)
    {
        LocalKeys? known = Read(folder);
        if (known is { Webhook: not null })
            return known;
        string webhook = $"whsec_{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}";
        LocalKeys made = known is null ? new LocalKeys($"dev-{Secret()}", $"op-{Secret()}", Secret(), webhook) : known with { Webhook = webhook };

        // Written aside and moved, so that a crash leaves no half a file.
        string file = Path.Combine(folder, FileName);
        string aside = file + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(aside, options))
            JsonSerializer.Serialize(stream, made, LocalKeysJsonContext.Default.LocalKeys);
        File.Move(aside, file, overwrite: true);
        return made;
    }

    private static string Secret() => RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", 32);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(LocalKeys))]
internal sealed partial class LocalKeysJsonContext : JsonSerializerContext;
