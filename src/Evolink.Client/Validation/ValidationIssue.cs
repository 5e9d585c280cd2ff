namespace Evolink.Client;

/// <summary>One mistake in a request.</summary>
/// <param name="Param">The field, such as <c>image_urls[0]</c> or <c>model_params.shot_type</c>.</param>
/// <param name="Code">The kind of mistake: one of <see cref="ValidationCodes"/>.</param>
/// <param name="Message">What is wrong with which value, and what would be right. Holds no prompt and no query of a link.</param>
public sealed record ValidationIssue(string Param, string Code, string Message);
