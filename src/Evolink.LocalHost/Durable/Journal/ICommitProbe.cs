namespace Evolink.LocalHost.Durable.Journal;

/// <summary>Tests stand here to end the world at a chosen commit, by throwing: nothing is written or told from then on.</summary>
internal interface ICommitProbe
{
    void BeforeCommit();

    void AfterCommit();
}
