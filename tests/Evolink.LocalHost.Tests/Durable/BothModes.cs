using System.Collections;

namespace Evolink.LocalHost.Tests.Durable;

/// <summary>Every orchestration test runs live and with replay at every step.</summary>
public sealed class BothModes : IEnumerable<object[]>
{
    public IEnumerator<object[]> GetEnumerator()
    {
        yield return [false];
        yield return [true];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
