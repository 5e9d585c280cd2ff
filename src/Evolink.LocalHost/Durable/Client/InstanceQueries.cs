using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Evolink.LocalHost.Durable.Journal;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Durable.Client;

/// <summary>Lists instances, in the order in which they were created.</summary>
internal sealed class InstanceQueries(DurableEngine engine)
{
    /// <summary>As on the real host, a failed instance has no FailureDetails: the text is its output.</summary>
    public static OrchestrationMetadata Metadata(InstanceRow row, bool withData) => new(row.Name, row.Id)
    {
        RuntimeStatus = row.Status,
        CreatedAt = row.Created,
        LastUpdatedAt = row.Updated,
        DataConverter = withData ? DurableValues.Instance : null,
        SerializedInput = withData ? row.Input : null,
        SerializedOutput = withData ? row.Output : null,
        SerializedCustomStatus = withData ? row.CustomStatus : null,
        Tags = row.Tags is { } tags
            ? JsonSerializer.Deserialize(tags, DurableJson.Default.DictionaryStringString)!
            : ImmutableDictionary<string, string>.Empty,
    };

    public AsyncPageable<OrchestrationMetadata> All(OrchestrationQuery? query)
    {
        query ??= new OrchestrationQuery();
        var filter = new InstanceFilter(query.CreatedFrom, query.CreatedTo, Statuses(query.Statuses), query.InstanceIdPrefix);
        return Pageable.Create<OrchestrationMetadata>((continuation, pageSize, _) =>
        {
            var (rows, next) = Page(filter, continuation ?? query.ContinuationToken, pageSize ?? query.PageSize);
            return Task.FromResult(new Page<OrchestrationMetadata>([.. rows.Select(row => Metadata(row, query.FetchInputsAndOutputs))], next));
        });
    }

    public Page<string> FinishedIds(
        IEnumerable<OrchestrationRuntimeStatus>? statuses, DateTimeOffset? from, DateTimeOffset? to, int pageSize, string? after)
    {
        var filter = new InstanceFilter(Statuses: Statuses(statuses) ?? InstanceFilter.Over, UpdatedFrom: from, UpdatedTo: to);
        var (rows, next) = Page(filter, after, pageSize);
        return new Page<string>([.. rows.Select(row => row.Id)], next);
    }

    private static OrchestrationRuntimeStatus[]? Statuses(IEnumerable<OrchestrationRuntimeStatus>? statuses) =>
        statuses?.ToArray() is { Length: > 0 } some ? some : null;

    private (List<InstanceRow> Rows, string? Next) Page(InstanceFilter filter, string? continuation, int pageSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        var after = 0L;
        if (!string.IsNullOrEmpty(continuation) && !long.TryParse(continuation, NumberStyles.None, CultureInfo.InvariantCulture, out after))
            throw new ArgumentException($"'{continuation}' is no continuation token of this client.", nameof(continuation));
        var rows = engine.Journal.Read(reader => reader.Page(filter, after, pageSize));
        return (rows, rows.Count == pageSize ? rows[^1].Key.ToString(CultureInfo.InvariantCulture) : null);
    }
}
