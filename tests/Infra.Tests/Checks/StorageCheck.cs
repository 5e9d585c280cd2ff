using System.Reflection;
using Evolink.Functions;
using Evolink.Pipeline.Storage;
using Microsoft.Azure.Functions.Worker;

namespace Infra.Tests.Checks;

/// <summary>Containers and queues are those of the code, of its triggers, and of the platform; nothing refers to another.</summary>
internal static class StorageCheck
{
    private const string DeadLetters = "deadletter";

    public static IEnumerable<string> Run(Deployment deployment)
    {
        IReadOnlyList<string> containers = deployment.Names("Microsoft.Storage/storageAccounts/blobServices/containers");
        IReadOnlyList<string> queues = deployment.Names("Microsoft.Storage/storageAccounts/queueServices/queues");
        string[] needed =
        [
            .. EvolinkStorage.Containers, .. Triggers<BlobTriggerAttribute>().Select(watch => ContainerOf(watch.Trigger)),
            Package(deployment), DeadLetters,
        ];
        string[] read = [.. Triggers<QueueTriggerAttribute>().Select(read => read.Trigger.QueueName)];
        string[] queued = [.. read, .. read.Select(queue => $"{queue}-poison")];
        return
        [
            .. needed.Except(containers).Select(name => $"The container '{name}' is missing."),
            .. containers.Except(needed).Select(name => $"Nobody uses the container '{name}'."),
            .. queued.Except(queues).Select(name => $"The queue '{name}' is missing."),
            .. queues.Except(queued).Select(name => $"Nobody uses the queue '{name}'."),
            .. AgedContainers(deployment).Except(containers).Select(name => $"There is no container '{name}'."),
            .. Uploads(deployment),
        ];
    }

    private static string Package(Deployment deployment) =>
        new Uri((string)deployment.Only("Microsoft.Web/sites").At("functionAppConfig/deployment/storage/value")!).AbsolutePath.Trim('/');

    private static IEnumerable<string> AgedContainers(Deployment deployment) =>
        from rule in deployment.Only("Microsoft.Storage/storageAccounts/managementPolicies").At("policy/rules")!.AsArray()
        from prefix in rule.At("definition/filters/prefixMatch")!.AsArray()
        select ((string)prefix!).Split('/')[0];

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
