using System.Diagnostics.CodeAnalysis;

namespace Evolink.Client;

/// <summary>Links as they were given: what signed them counts every character, which a usual <see cref="Uri"/> may rewrite.</summary>
internal static class Links
{
    private static readonly UriCreationOptions Exact = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>The link; relative where it is no address, since it may yet say something to a person.</summary>
    public static bool TryRead(string? text, [NotNullWhen(true)] out Uri? link) =>
        (Uri.TryCreate(text, Exact, out link) && link.IsAbsoluteUri) || Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out link);

    /// <summary>The links of a list; null where there are none.</summary>
    public static IReadOnlyList<Uri>? Read(IEnumerable<string>? texts)
    {
        List<Uri> links = [];
        foreach (string text in texts ?? [])
        {
            if (TryRead(text, out Uri? link))
                links.Add(link);
        }

        return links.Count == 0 ? null : links;
    }
}
