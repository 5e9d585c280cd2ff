namespace Evolink.Testing;

/// <summary>The clone that the tests run from.</summary>
public static class Clone
{
    /// <summary>Its folder.</summary>
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "global.json")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No global.json above {AppContext.BaseDirectory}: the tests run from a clone.");
    }
}
