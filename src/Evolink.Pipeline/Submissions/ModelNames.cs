using Evolink.Client;

namespace Evolink.Pipeline.Submissions;

/// <summary>Whether a task is of the model that was asked for.</summary>
internal static class ModelNames
{
    /// <summary>
    /// Whether the model that Evolink tells can be the one that was asked for: it may write a version behind the name. But
    /// <c>...-flash</c> is another model, and so is every other one that is known by its own name.
    /// </summary>
    public static bool CanBe(string? told, string? asked) => told is null || asked is null
        || told.Equals(asked, StringComparison.OrdinalIgnoreCase)
        || (VideoModels.Find(told) is null
            && (told.StartsWith(asked, StringComparison.OrdinalIgnoreCase) || asked.StartsWith(told, StringComparison.OrdinalIgnoreCase)));
}
