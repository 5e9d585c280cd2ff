using System.Globalization;
using System.Reflection;
using Evolink.Functions;
using Evolink.Pipeline.Storage;
using Microsoft.Azure.Functions.Worker;

namespace Infra.Tests.Checks;

/// <summary>Containers and queues are those of the code, of its triggers, and of the platform; nothing refers to another.</summary>
internal static class StorageCheck
{
    private const string DeadLetters = "deadletter";

    private static readonly string[] Hints = ["generations/held/", "generations/limits/minutes/"];

    // The host's own name for it: where it tells of blobs that a blob trigger did not take.
    private const string UntakenBlobs = "webjobs-blobtrigger-poison";

    /// <summary>The queues that the app's triggers and their host use beside the app's data.</summary>
    public static IReadOnlyList<string> Queues { get; } =
    [
        .. Triggers<QueueTriggerAttribute>().SelectMany(read => (string[])[read.Trigger.QueueName, $"{read.Trigger.QueueName}-poison"]),
        UntakenBlobs,
    ];

    public static IEnumerable<string> Run(Deployment deployment)
    {
        IReadOnlyList<string> containers = deployment.Held(byHost: false, "blobServices/containers");
        IReadOnlyList<string> queues = deployment.Held(byHost: false, "queueServices/queues");
        string[] needed =
        [
            .. EvolinkStorage.Containers, .. Triggers<BlobTriggerAttribute>().Select(watch => ContainerOf(watch.Trigger)), DeadLetters,
        ];
        return
        [
            .. needed.Except(containers).Select(name => $"The container '{name}' is missing."),
            .. containers.Except(needed).Select(name => $"Nobody uses the container '{name}'."),
            .. Queues.Except(queues).Select(name => $"The queue '{name}' is missing."),
            .. queues.Except(Queues).Select(name => $"Nobody uses the queue '{name}'."),
            .. Host(deployment), .. Overwritten(deployment), .. Aged(deployment, containers), .. Uploads(deployment),
        ];
    }

    /// <summary>The account of the host holds the app's package and nothing of the app's data.</summary>
    private static IEnumerable<string> Host(Deployment deployment)
    {
        if (deployment.Accounts.Count != 2)
            yield return $"There are {deployment.Accounts.Count} storage accounts, not one for the host and one for the data.";
        Uri package = new((string)deployment.Only("Microsoft.Web/sites").At("functionAppConfig/deployment/storage/value")!);
        if (!package.Host.Equals("hostStorage.blobEndpoint", StringComparison.OrdinalIgnoreCase))
            yield return "The app's package lies in the account of its data.";
        string[] held =
            [.. deployment.Held(byHost: true, "blobServices/containers"), .. deployment.Held(byHost: true, "queueServices/queues")];
        if (!held.SequenceEqual([package.AbsolutePath.Trim('/')]))
            yield return $"The account of the host holds {string.Join(", ", held)}, and not the package alone.";
        foreach (string? connection in Connections().Where(connection => connection != EvolinkStorage.Connection))
            yield return $"A trigger reads the account '{connection}', and not that of the data.";
    }

    /// <summary>Nothing keeps what is overwritten or deleted all day long: records in one account, leases in the other.</summary>
    private static IEnumerable<string> Overwritten(Deployment deployment)
    {
        foreach (JsonNode service in deployment.OfType("Microsoft.Storage/storageAccounts/blobServices"))
        {
            JsonNode kept = service["properties"]!;
            if ((bool?)kept.At("deleteRetentionPolicy/enabled") != false || (bool?)kept["isVersioningEnabled"] != false)
                yield return $"'{service["name"]}' keeps each state of records that are overwritten all day long.";
            if ((bool?)kept.At("containerDeleteRetentionPolicy/enabled") != true)
                yield return $"A container of '{service["name"]}' that is deleted cannot be restored.";
        }
    }

    /// <summary>Only what nobody needs goes by age: no record, and no request of a job that stays.</summary>
    private static IEnumerable<string> Aged(Deployment deployment, IReadOnlyList<string> containers)
    {
        int kept = int.Parse(deployment.Settings["Evolink__RecordRetentionDays"], CultureInfo.InvariantCulture);
        foreach (JsonNode rule in deployment.Only("Microsoft.Storage/storageAccounts/managementPolicies").At("policy/rules")!.AsArray()!)
        {
            int? days = (int?)rule.At("definition/actions/baseBlob/delete/daysAfterModificationGreaterThan");
            foreach (string prefix in rule.At("definition/filters/prefixMatch")!.AsArray().Select(prefix => (string)prefix!))
            {
                if (!containers.Contains(prefix.Split('/')[0]))
                    yield return $"There is no container '{prefix.Split('/')[0]}'.";
                bool isOfJob = prefix is "generations/requests/" or "generations/batches/";
                if (isOfJob && (kept == 0 || days <= kept))
                    yield return $"'{prefix}' goes after {days} days, and the job after {(kept == 0 ? "none" : kept)}.";
                if (prefix.StartsWith("generations/", StringComparison.Ordinal) && !isOfJob && !Hints.Contains(prefix))
                    yield return $"The app needs what lies in '{prefix}'.";
            }
        }
    }

    private static IEnumerable<string?> Connections() =>
    [
        .. Triggers<BlobTriggerAttribute>().Select(watch => watch.Trigger.Connection),
        .. Triggers<QueueTriggerAttribute>().Select(read => read.Trigger.Connection),
    ];

    /// <summary>Event Grid calls the function that is there, for the container that it watches.</summary>
    private static IEnumerable<string> Uploads(Deployment deployment)
    {
        JsonNode subscription = deployment.Only("Microsoft.EventGrid/systemTopics/eventSubscriptions");
        string url = (string)subscription.At("destination/properties/endpointUrl")!;
        string subject = (string)subscription.At("filter/subjectBeginsWith")!;
        foreach ((string function, BlobTriggerAttribute trigger) in Triggers<BlobTriggerAttribute>())
        {
            if (!url.EndsWith($"/runtime/webhooks/blobs?functionName=Host.Functions.{function}&code=the-key", StringComparison.Ordinal))
                yield return $"The blob trigger '{function}' is not called.";
            if (subject != $"/blobServices/default/containers/{ContainerOf(trigger)}/")
                yield return $"'{function}' watches '{ContainerOf(trigger)}', and the subscription '{subject}'.";
            if (trigger.Source != BlobTriggerSource.EventGrid)
                yield return $"'{function}' must have Event Grid as its source: Flex Consumption scans no containers.";
        }

        if ((string?)subscription.At("deadLetterWithResourceIdentity/deadLetterDestination/properties/blobContainerName") != DeadLetters)
            yield return "Events that the app does not take are not kept.";
    }

    private static string ContainerOf(BlobTriggerAttribute trigger) => trigger.BlobPath.Split('/')[0];

    private static IEnumerable<(string Function, T Trigger)> Triggers<T>()
        where T : Attribute =>
        from type in typeof(EvolinkFunctions).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null
        from parameter in method.GetParameters()
        let trigger = parameter.GetCustomAttribute<T>()
        where trigger is not null
        select (function.Name, trigger);
}
