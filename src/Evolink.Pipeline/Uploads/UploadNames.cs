namespace Evolink.Pipeline.Uploads;

/// <summary>What a blob in <c>uploads/</c> is, by its name.</summary>
public static class UploadNames
{
    /// <summary>Name of the file that holds what all images of its folder have in common; that of the container holds for every folder.</summary>
    public const string Defaults = "_defaults.json";

    private const string Json = ".json";

    /// <summary>Whether it tells something of images, and is none itself.</summary>
    public static bool IsJson(string name) => name.EndsWith(Json, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is a <see cref="Defaults"/> file.</summary>
    public static bool IsDefaults(string name) => IsJson(name) && SubjectOf(name)[(name.LastIndexOf('/') + 1)..] == SubjectOf(Defaults);

    /// <summary>Whether a client can name it in a request: a dot segment is resolved on the way, and would name another blob, even of another container.</summary>
    public static bool IsAddressable(string name) => name.Length > 0 && !name.Split('/', '\\').Any(segment => segment is "." or "..");

    /// <summary>The files that may hold prompt and options of an image, the first one first: <c>cat.png.json</c>, <c>cat.json</c>.</summary>
    public static IReadOnlyList<string> SidecarsOf(string image)
    {
        int dot = image.LastIndexOf('.');
        bool hasStem = dot > image.LastIndexOf('/') + 1;
        return hasStem ? [image + Json, image[..dot] + Json] : [image + Json];
    }

    /// <summary>Whether a file may hold prompt and options of an image; cameras and old programs write <c>.JSON</c>.</summary>
    public static bool IsSidecarOf(string name, string image) => IsJson(name) && SidecarsOf(image).Contains(SubjectOf(name) + Json);

    /// <summary>What an image's name is, or begins with before a dot, that a sidecar belongs to: <c>cat.png</c> and <c>cat</c>.</summary>
    public static string SubjectOf(string sidecar) => sidecar[..^Json.Length];

    /// <summary>The defaults that hold for an image, the nearest first: those of its folder, those of the container.</summary>
    public static IReadOnlyList<string> DefaultsOf(string image)
    {
        int slash = image.LastIndexOf('/');
        return slash < 0 ? [Defaults] : [$"{image[..slash]}/{Defaults}", Defaults];
    }
}
