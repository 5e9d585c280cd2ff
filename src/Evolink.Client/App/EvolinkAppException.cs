namespace Evolink.Client;

/// <summary>An Evolink.Functions app refused a call, or did not answer as it promises.</summary>
/// <param name="code">The app's own code; <c>http_*</c> where somebody before it answered, <c>invalid_answer</c>, <c>download_damaged</c>.</param>
/// <param name="message">The app's words.</param>
/// <param name="statusCode">HTTP status; null where it is about an answer's content.</param>
public sealed class EvolinkAppException(string code, string message, int? statusCode = null) : Exception(message)
{
    /// <summary>What happened, for programs.</summary>
    public string Code { get; } = code;

    /// <summary>HTTP status of the answer; null where it is about an answer's content.</summary>
    public int? StatusCode { get; } = statusCode;
}
