namespace Evolink.Pipeline.Submissions;

/// <summary>
/// Keeps the sends of one instance within a number for any window of time, as the other side sees them: what the network, or a machine out of
/// breath, holds up and lets go together must not arrive together with more.
/// </summary>
/// <param name="most">Most sends that may arrive within the window.</param>
/// <param name="window">Length of the window.</param>
/// <param name="time">The clock.</param>
internal sealed class RecentSends(int most, TimeSpan window, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<Send> _sends = [];

    // What the other side itself needs for an answer, at most: the quickest one so far. More than that is taken as delay on the way there.
    private TimeSpan _quickest = TimeSpan.Zero;
    private bool _anyAnswered;

    /// <summary>Notes a send, if it cannot be one too many; otherwise says when to ask again.</summary>
    public (Send? Send, TimeSpan AskIn) TryBegin()
    {
        lock (_lock)
        {
            DateTimeOffset now = time.GetUtcNow();
            _sends.RemoveAll(send => Arrival(send, now) + window <= now);
            if (_sends.Count >= most)
            {
                TimeSpan wait = _sends.Min(send => Arrival(send, now)) + window - now;
                return (null, wait);
            }

            Send begun = new(this, now);
            _sends.Add(begun);
            return (begun, TimeSpan.Zero);
        }
    }

    // The latest time at which it can have arrived there.
    private DateTimeOffset Arrival(Send send, DateTimeOffset now)
    {
        DateTimeOffset latest = (send.AnsweredAt ?? now) - _quickest;
        return latest > send.At ? latest : send.At;
    }

    private void Answered(Send send)
    {
        lock (_lock)
        {
            if (send.AnsweredAt is not null)
                return;
            DateTimeOffset now = time.GetUtcNow();
            send.AnsweredAt = now;
            _quickest = !_anyAnswered || now - send.At < _quickest ? now - send.At : _quickest;
            _anyAnswered = true;
        }
    }

    /// <summary>One send; disposed when it was answered.</summary>
    public sealed class Send(RecentSends sends, DateTimeOffset at) : IDisposable
    {
        /// <summary>When it left.</summary>
        public DateTimeOffset At => at;

        /// <summary>When it was answered.</summary>
        public DateTimeOffset? AnsweredAt { get; set; }

        /// <inheritdoc/>
        public void Dispose() => sends.Answered(this);
    }
}
