using Evolink.LocalHost.Durable.Journal;

namespace Evolink.LocalHost.Durable.Client;

/// <summary>Removes finished instances, some at a time, so that nobody waits long for the writer.</summary>
internal sealed class InstancePurge(DurableJournal journal, InstanceFilter filter, bool recursive)
{
    private const int AtOnce = 200;

    /// <summary>Removes one finished instance and, if asked, the finished ones that it started; tells how many.</summary>
    public static int Purge(JournalTransaction journal, long key, bool recursive)
    {
        var purged = 1;
        if (recursive)
            purged += journal.Children(key).Where(child => child.IsOver).Sum(child => Purge(journal, child.Key, recursive));
        journal.DeleteInstance(key);
        return purged;
    }

    public async Task<(int Purged, bool Complete)> RunAsync(Func<bool> mayGoOn, CancellationToken cancellationToken)
    {
        var purged = 0;
        var after = 0L;
        while (mayGoOn())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = journal.Read(reader => reader.Page(filter, after, AtOnce));
            if (page.Count == 0)
                return (purged, true);
            after = page[^1].Key;
            purged += await journal.WriteAsync(writer => page
                .Where(row => writer.FindInstance(row.Key) is { IsOver: true })
                .Sum(row => Purge(writer, row.Key, recursive)));
        }

        return (purged, false);
    }
}
