using Evolink.Pipeline.Uploads;

namespace Evolink.Functions.Queues;

/// <summary>A queue message was not usable.</summary>
public sealed class MessageRejectedException(string messageId, RejectReason reason)
    : Exception($"The message {messageId} is not usable, {reason.Code}: {reason.Message}");
