using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.DurableTask;

namespace Evolink.LocalHost.Hosting;

/// <summary>Reads an orchestration's input as a type known only at run time.</summary>
internal static class OrchestrationInput
{
    private static readonly MethodInfo Generic = typeof(TaskOrchestrationContext).GetMethod(nameof(TaskOrchestrationContext.GetInput))!;
    private static readonly ConcurrentDictionary<Type, MethodInvoker> Readers = new();

    public static object? Read(TaskOrchestrationContext context, Type type) =>
        Readers.GetOrAdd(type, static type => MethodInvoker.Create(Generic.MakeGenericMethod(type))).Invoke(context);
}
