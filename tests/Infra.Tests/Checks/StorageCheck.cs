using System.Reflection;
using Evolink.Functions;
using Evolink.Pipeline.Storage;
using Infra.Tests.Evaluation;
using Microsoft.Azure.Functions.Worker;

namespace Infra.Tests.Checks;

/// <summary>Containers and queues are those of the code, of its triggers, and of the platform; nothing refers to another.</summary>
internal static class StorageCheck
{
    private const string Package = "deployments";
    private const string DeadLetters = "deadletter";

    public static IEnumerable<Problem> Run(Outcome outcome)
    {
        ResourceValue account = outcome.OfType("Microsoft.Storage/storageAccounts").Single();
        Problem At(string message) => Problem.At(account.File, account.Declaration, message);
        HashSet<string> containers = [.. outcome.OfType("Microsoft.Storage/storageAccounts/blobServices/containers").Select(container => container.Name)];
        HashSet<string> queues = [.. outcome.OfType("Microsoft.Storage/storageAccounts/queueServices/queues").Select(queue => queue.Name)];
        string[] needed = [.. EvolinkStorage.Containers, .. BlobTriggers().Select(trigger => trigger.Container), Package, DeadLetters];
        foreach (string name in needed.Except(containers))
            yield return At($"The container '{name}' is missing.");
        foreach (string name in containers.Except(needed))
            yield return At($"Nobody uses the container '{name}'.");
        foreach (string name in QueueTriggers().Append("generation-requests").SelectMany(queue => new[] { queue, $"{queue}-poison" }).Distinct().Except(queues))
            yield return At($"The queue '{name}' is missing.");
        foreach (string reference in References(outcome).Where(name => !containers.Contains(name)).Distinct())
            yield return At($"There is no container '{reference}'.");
        foreach (Problem problem in Uploads(outcome))
            yield return problem;
    }

    private static IEnumerable<string> References(Outcome outcome)
    {
        string package = (string)outcome.OfType("Microsoft.Web/sites").Single().At(["properties", "functionAppConfig", "deployment", "storage", "value"])!;
        yield return package.StartsWith("https://", StringComparison.Ordinal) ? new Uri(package).AbsolutePath.Trim('/') : package;
        ResourceValue lifecycle = outcome.OfType("Microsoft.Storage/storageAccounts/managementPolicies").Single();
        foreach (object? rule in (List<object?>)lifecycle.At(["properties", "policy", "rules"])!)
        {
            Dictionary<string, object?> definition = (Dictionary<string, object?>)((Dictionary<string, object?>)rule!)["definition"]!;
            foreach (object? prefix in (List<object?>)((Dictionary<string, object?>)definition["filters"]!)["prefixMatch"]!)
                yield return ((string)prefix!).Split('/')[0];
        }
    }

    /// <summary>Event Grid calls the function that is there, for the container that it watches.</summary>
    private static IEnumerable<Problem> Uploads(Outcome outcome)
    {
        ResourceValue subscription = outcome.OfType("Microsoft.EventGrid/systemTopics/eventSubscriptions").Single();
        Problem At(string message) => Problem.At(subscription.File, subscription.Declaration, message);
        string subject = (string)subscription.At(["properties", "filter", "subjectBeginsWith"])!;
        string url = (string)subscription.At(["properties", "destination", "properties", "endpointUrl"])!;
        foreach ((string function, string container, bool byEvents) in BlobTriggers())
        {
            if (!url.Contains($"functionName=Host.Functions.{function}&", StringComparison.Ordinal))
                yield return At($"The blob trigger '{function}' is not called.");
            if (subject != $"/blobServices/default/containers/{container}/")
                yield return At($"'{function}' watches '{container}', and the subscription '{subject}'.");
            if (!byEvents)
                yield return At($"'{function}' must have Event Grid as its source: Flex Consumption scans no containers.");
        }

        if (subscription.At(["properties", "deadLetterWithResourceIdentity", "deadLetterDestination", "properties", "blobContainerName"]) as string != DeadLetters)
            yield return At("Events that the app does not take are not kept.");
    }

    private static IEnumerable<(string Function, string Container, bool ByEvents)> BlobTriggers() =>
        from trigger in Triggers<BlobTriggerAttribute>()
        select (trigger.Function, trigger.Trigger.BlobPath.Split('/')[0], trigger.Trigger.Source == BlobTriggerSource.EventGrid);

    private static IEnumerable<string> QueueTriggers() => Triggers<QueueTriggerAttribute>().Select(trigger => trigger.Trigger.QueueName);

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
