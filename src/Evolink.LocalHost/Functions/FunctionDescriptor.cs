using System.Reflection;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Evolink.LocalHost.Functions;

/// <summary>One function of the app.</summary>
/// <param name="Name">Its name; unique whatever the case.</param>
/// <param name="Method">The method that is the function.</param>
/// <param name="Trigger">What starts it.</param>
/// <param name="TriggerParameter">The parameter that carries the trigger attribute.</param>
/// <param name="Binding">The trigger attribute.</param>
public sealed record FunctionDescriptor(
    string Name, MethodInfo Method, FunctionTrigger Trigger, ParameterInfo TriggerParameter, TriggerBindingAttribute Binding)
{
    /// <summary>The method as the worker names it: <c>Namespace.Class.Method</c>.</summary>
    public string EntryPoint => $"{Method.DeclaringType!.FullName}.{Method.Name}";
}
