using Evolink.Client;

namespace Evolink.Pipeline.Uploads;

/// <summary>Why something that came in was not usable.</summary>
/// <param name="Code">Short code, one of the constants here.</param>
/// <param name="Message">What was wrong with which value, and what would be right.</param>
/// <param name="Issues">Every mistake, where there are several.</param>
public sealed record RejectReason(string Code, string Message, IReadOnlyList<ValidationIssue>? Issues = null)
{
    /// <summary>The file is no image that Evolink takes.</summary>
    public const string ImageNotUsable = "image_not_usable";

    /// <summary>Nobody said what the video shall show.</summary>
    public const string PromptMissing = "prompt_missing";

    /// <summary>Prompt or options are wrong.</summary>
    public const string OptionsNotValid = "options_not_valid";

    /// <summary>The blob cannot be addressed by its name.</summary>
    public const string NameNotUsable = "name_not_usable";

    /// <summary>Whether a sidecar that comes later can make it right.</summary>
    public bool CanBeMended => Code is PromptMissing or OptionsNotValid;

    /// <summary>The reason that lies in mistakes of a request.</summary>
    public static RejectReason From(IReadOnlyList<ValidationIssue> issues) =>
        new(OptionsNotValid, string.Join(' ', issues.Take(5).Select(issue => issue.Message)), issues);
}
