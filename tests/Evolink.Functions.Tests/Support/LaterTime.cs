namespace Evolink.Functions.Tests.Support;

/// <summary>A clock that is ahead of that of storage.</summary>
internal sealed class LaterTime(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
}
