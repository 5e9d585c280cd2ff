using System.ComponentModel;
using System.Reflection;
using Azure.Storage.Blobs;
using Azure.Storage.Queues.Models;
using Evolink.LocalHost.Functions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Invocations;

/// <summary>Finds the arguments of a function. What no rule can fill is told at the start, not at the first call.</summary>
internal sealed class FunctionBinding
{
    private readonly Func<Invocation, object?>[] _sources;

    public FunctionBinding(FunctionDescriptor function) =>
        _sources = [.. function.Method.GetParameters().Select(parameter => SourceOf(function, parameter))];

    public object?[] Bind(Invocation invocation) => [.. _sources.Select(source => source(invocation))];

    private static Func<Invocation, object?> SourceOf(FunctionDescriptor function, ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        // By position: reflection may hand out different objects for one parameter.
        if (parameter.Position == function.TriggerParameter.Position)
            return Trigger(function, type);
        if (type == typeof(FunctionContext))
            return static invocation => invocation.Context;
        if (type == typeof(CancellationToken))
            return static invocation => invocation.Context.CancellationToken;
        if (parameter.GetCustomAttribute<DurableClientAttribute>() is not null)
        {
            return type == typeof(DurableTaskClient)
                ? static invocation => invocation.DurableClient
                : throw Unbindable(function, parameter, "a [DurableClient] is a DurableTaskClient");
        }

        if (type == typeof(HttpContext) && function.Trigger == FunctionTrigger.Http)
            return static invocation => invocation.HttpContext;
        if (type == typeof(HttpRequest) && function.Trigger == FunctionTrigger.Http)
            return static invocation => invocation.HttpContext!.Request;
        if (function.Trigger == FunctionTrigger.Orchestration)
            return invocation => invocation.ReadInput!(type);
        return Named(function, parameter);
    }

    private static Func<Invocation, object?> Trigger(FunctionDescriptor function, Type type) => function.Trigger switch
    {
        FunctionTrigger.Http when type == typeof(HttpContext) => static invocation => invocation.HttpContext,
        FunctionTrigger.Http when type == typeof(HttpRequest) => static invocation => invocation.HttpContext!.Request,
        FunctionTrigger.Http => throw Unbindable(function, function.TriggerParameter, "an HTTP trigger here is an HttpRequest"),
        FunctionTrigger.Orchestration => static invocation => invocation.Trigger,
        FunctionTrigger.Blob when type == typeof(BlobClient) => static invocation => invocation.Trigger,
        FunctionTrigger.Blob => throw Unbindable(function, function.TriggerParameter, "a blob trigger here is a BlobClient"),
        FunctionTrigger.Queue when type == typeof(QueueMessage) => static invocation => invocation.Trigger,
        FunctionTrigger.Queue => throw Unbindable(function, function.TriggerParameter, "a queue trigger here is a QueueMessage"),
        FunctionTrigger.Timer when type == typeof(TimerInfo) => static invocation => invocation.Trigger,
        FunctionTrigger.Timer => throw Unbindable(function, function.TriggerParameter, "a timer trigger here is a TimerInfo"),
        _ => invocation => invocation.ReadInput!(type),
    };

    // Route values, an activity's instanceId, a queue message's DequeueCount: by the parameter's name.
    private static Func<Invocation, object?> Named(FunctionDescriptor function, ParameterInfo parameter)
    {
        string name = parameter.Name!;
        Type type = parameter.ParameterType;
        object? absent = parameter.HasDefaultValue ? parameter.DefaultValue : type.IsValueType ? Activator.CreateInstance(type) : null;
        TypeConverter converter = TypeDescriptor.GetConverter(Nullable.GetUnderlyingType(type) ?? type);
        if (type != typeof(string) && !converter.CanConvertFrom(typeof(string)))
            throw Unbindable(function, parameter, "nothing here provides such a value");
        return invocation => invocation.Context.BindingContext.BindingData.TryGetValue(name, out object? value) && value is not null
            ? type.IsInstanceOfType(value) ? value : converter.ConvertFromInvariantString(value.ToString()!)
            : absent;
    }

    private static LocalHostException Unbindable(FunctionDescriptor function, ParameterInfo parameter, string reason) =>
        new($"{function.Name}: the parameter {parameter.Name} of type {parameter.ParameterType.Name} cannot be bound: {reason}.");
}
