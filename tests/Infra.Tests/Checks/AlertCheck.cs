using System.Reflection;
using System.Text.RegularExpressions;
using Evolink.Functions;
using Microsoft.Azure.Functions.Worker;

namespace Infra.Tests.Checks;

/// <summary>
/// Alerts are raised on what costs money or stands still, by what the app logs and counts, and on nothing that failed before the app.
/// </summary>
internal static partial class AlertCheck
{
    private static readonly Dictionary<string, string> Signals = new(StringComparer.Ordinal)
    {
        ["EventId) == 1102"] = "that a submit may have been charged without a result",
        ["EventId) == 1004"] = "that another job has a paid task",
        ["\"result_expired\", \"result_unusable\""] = "that a video was paid for and is not there",
        ["EventId) == 2303"] = "that Evolink will drop a result which is not saved",
        ["EventId) == 2306"] = "that a job does not move",
        ["\"evolink.jobs.oldest.age\""] = "that a job is days old",
        ["EventId) == 1801"] = "that a document cannot be read",
        ["\"evolink.webhook.deliveries\""] = "that webhooks fail",
        ["EventId) == 1552"] = "that the topic takes no events",
        ["\"evolink.credits.left\""] = "that credits run out",
        ["_LogOperation"] = "that no more telemetry is taken",
    };

    public static IEnumerable<string> Run(Deployment deployment)
    {
        string[] queries = [.. deployment.OfType("Microsoft.Insights/scheduledQueryRules")
            .Select(rule => (string)rule.At("properties/criteria/allOf")![0]!["query"]!)];
        bool IsAskedFor(string text) => queries.Any(query => query.Contains(text, StringComparison.Ordinal));
        foreach ((string signal, string what) in Signals.Where(signal => !IsAskedFor(signal.Key)))
            yield return $"No alert tells {what} ({signal}).";
        foreach (string timer in Timers().Where(timer => !queries.Any(query => IsHeartbeat(query, timer))))
            yield return $"No alert tells that the timer {timer} does not finish.";
        foreach (string query in queries.Where(query => query.Contains("resultCode", StringComparison.Ordinal)))
            yield return $"Clients that left, and bodies that the host refused, raise the alert {query}";
        IEnumerable<JsonNode?> counted = deployment.OfType("Microsoft.Insights/metricAlerts")
            .SelectMany(rule => rule.At("properties/criteria/allOf")!.AsArray());
        foreach (JsonNode? count in counted.Where(count => (string?)count!["metricName"] is "Http5xx" or "requests/failed"))
            yield return $"Clients that left, and bodies that the host refused, raise the alert on {count!["metricName"]}.";
        IEnumerable<JsonNode> rules =
            [.. deployment.OfType("Microsoft.Insights/scheduledQueryRules"), .. deployment.OfType("Microsoft.Insights/metricAlerts")];
        foreach (JsonNode rule in rules)
        {
            if (!rule.At("properties/actions")!.ToJsonString().Contains("ag-", StringComparison.Ordinal))
                yield return $"'{rule["name"]}' tells nobody.";
        }
    }

    // Asks for the event by which the timer's runs end: one that says so, of the class that runs it or of what that calls.
    private static bool IsHeartbeat(string query, string timer) =>
        FinishedEvents.TryGetValue(timer, out int id) && query.Contains($"EventId) == {id}", StringComparison.Ordinal)
        && NoneFinished().IsMatch(query);

    private static readonly Dictionary<string, int> FinishedEvents = new(StringComparer.Ordinal)
    {
        ["Sweep"] = 2308,
        ["ReportLeftovers"] = 2310,
        ["RemoveOld"] = 2611,
        ["ReadCredits"] = 2801,
    };

    private static IEnumerable<string> Timers() =>
        from type in typeof(EvolinkFunctions).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        where method.GetParameters().Any(parameter => parameter.GetCustomAttribute<TimerTriggerAttribute>() is not null)
        select method.GetCustomAttribute<FunctionAttribute>()!.Name;

    [GeneratedRegex(@"where \(?Finished == 0", RegexOptions.None, 1000)]
    private static partial Regex NoneFinished();
}
