using System.Buffers.Text;
using System.Text.Json;
using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Queues;

/// <summary>Reads a queue message: the body of a POST, with <c>client</c> and, if it has one, <c>idempotency_key</c> beside its fields.</summary>
/// <remarks>Whoever can write to the queue may write for every client: access to storage is the permission here.</remarks>
public sealed class QueuedRequestReader(IOptions<EvolinkOptions> options)
{
    private const string Client = "client";
    private const string Key = "idempotency_key";

    private readonly EvolinkOptions _options = options.Value;

    private readonly RequestRules _rules =
        RequestRules.Of(options.Value, options.Value.PublicBaseUrl is { } own ? [own] : []) with { Beside = [Client, Key] };

    /// <summary>Reads and checks a message.</summary>
    /// <param name="messageId">Its id: the identity of a request that names none.</param>
    /// <param name="body">Its text, as it is or in base64, as some senders write it.</param>
    public (QueuedRequest? Request, IReadOnlyList<ValidationIssue> Issues) Read(string messageId, BinaryData body)
    {
        (JsonDocument? document, ValidationIssue? broken) = GenerationRequestReader.Parse(Decoded(body));
        using (document)
            return document is null ? (null, [broken!]) : Read(messageId, document);
    }

    private (QueuedRequest? Request, IReadOnlyList<ValidationIssue> Issues) Read(string messageId, JsonDocument document)
    {
        (VideoGenerationRequest? request, IReadOnlyList<ValidationIssue> issues) = GenerationRequestReader.Read(document.RootElement, _rules);
        if (request is null)
            return (null, issues);
        JsonFields envelope = new(document.RootElement, string.Empty, _rules.Beside);
        string? client = envelope.String(Client);
        string? key = envelope.String(Key);
        issues = [.. envelope.Issues, .. CheckClient(client, envelope), .. CheckKey(key), .. issues];
        // A blank is in no key: a message id can be taken for none.
        return issues.Count > 0 || client is null ? (null, issues) : (new QueuedRequest(client, key ?? $"message {messageId}", request), []);
    }

    private IEnumerable<ValidationIssue> CheckClient(string? client, JsonFields envelope)
    {
        if (envelope.Issues.Any(issue => issue.Param == Client))
            yield break;
        if (string.IsNullOrEmpty(client))
            yield return new(Client, ValidationCodes.Required, "'client' is missing; name the client that shall own the job, one of Evolink:ClientKeys.");
        else if (!_options.ClientKeys.ContainsKey(client))
            yield return new(Client, ValidationCodes.NotSupported, "'client' names none of the clients in Evolink:ClientKeys.");
    }

    private static IEnumerable<ValidationIssue> CheckKey(string? key)
    {
        if (key is not null && !IdempotencyKey.IsValid(key))
            yield return new(Key, ValidationCodes.Malformed, $"'{Key}' must have {IdempotencyKey.Rule}.");
    }

    private static ReadOnlyMemory<byte> Decoded(BinaryData body)
    {
        ReadOnlyMemory<byte> text = IncomingJson.WithoutMark(body.ToMemory());
        if (text.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..] || !Base64.IsValid(text.Span, out int length))
            return text;
        byte[] decoded = new byte[length];
        Base64.DecodeFromUtf8(text.Span, decoded, out _, out int written);
        return decoded.AsMemory(0, written);
    }
}
