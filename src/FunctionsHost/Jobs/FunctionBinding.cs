using System.Reflection;
using Microsoft.Azure.WebJobs.Description;
using Microsoft.Azure.WebJobs.Host;

namespace FunctionsHost.Jobs;

/// <summary>One binding of a function: what the worker declared, as the WebJobs SDK understands it.</summary>
/// <param name="Name">Name of the parameter; <c>$return</c> for the function's result.</param>
/// <param name="IsTrigger">Whether it triggers the function.</param>
/// <param name="IsOutput">Whether the function writes to it.</param>
/// <param name="Attribute">The extension's attribute; null for an HTTP response, which the worker writes itself.</param>
/// <param name="ValueType">The type by which values pass.</param>
internal sealed record FunctionBinding(string Name, bool IsTrigger, bool IsOutput, Attribute? Attribute, Type ValueType)
{
    /// <summary>Whether the function's result is handed to the trigger, as Durable's triggers want.</summary>
    public bool TriggerTakesResult => IsTrigger && Attribute?.GetType().GetCustomAttribute<BindingAttribute>()?.TriggerHandlesReturnValue == true;

    /// <exception cref="FunctionAppException">There is no such binding, or it is not configured right.</exception>
    public static FunctionBinding Read(JObject binding, IJobHostMetadataProvider metadata)
    {
        string type = Text(binding, "type") ?? throw new FunctionAppException("A binding has no type.");
        string name = Text(binding, "name") ?? "$return";
        bool isOutput = string.Equals(Text(binding, "direction"), "out", StringComparison.OrdinalIgnoreCase);
        bool isTrigger = type.EndsWith("Trigger", StringComparison.OrdinalIgnoreCase);
        if (type.Equals("http", StringComparison.OrdinalIgnoreCase))
            return new FunctionBinding(name, false, isOutput, null, typeof(object));
        if (type.Equals("httpTrigger", StringComparison.OrdinalIgnoreCase))
            return new FunctionBinding(name, isTrigger, false, ReadHttpTrigger(binding), typeof(HttpRequest));
        if (type.Equals("timerTrigger", StringComparison.OrdinalIgnoreCase))
            return new FunctionBinding(name, isTrigger, false, ReadTimerTrigger(binding), typeof(TimerInfo));

        try
        {
            Type attributeType = metadata.GetAttributeTypeFromName(type)
                ?? throw new FunctionAppException($"no extension of the app knows the binding '{type}'");
            Attribute attribute = metadata.GetAttribute(attributeType, binding);
            FileAccess access = isOutput ? FileAccess.Write : FileAccess.Read;
            return new FunctionBinding(name, isTrigger, isOutput, attribute, metadata.GetDefaultType(attribute, access, RequestedType(binding)));
        }
        catch (Exception e)
        {
            throw new FunctionAppException($"binding '{name}': {e.Message}", e);
        }
    }

    private static HttpTriggerAttribute ReadHttpTrigger(JObject binding)
    {
        string level = Text(binding, "authLevel") ?? nameof(AuthorizationLevel.Function);
        if (!level.Equals(nameof(AuthorizationLevel.Anonymous), StringComparison.OrdinalIgnoreCase))
            throw new FunctionAppException($"its authLevel is '{level}': this host has no keys, so that only 'Anonymous' can be run");
        return new HttpTriggerAttribute(AuthorizationLevel.Anonymous, binding["methods"]?.ToObject<string[]>()) { Route = Text(binding, "route") };
    }

    private static TimerTriggerAttribute ReadTimerTrigger(JObject binding) => new(Text(binding, "schedule") ?? "")
    {
        RunOnStartup = binding.Value<bool?>("runOnStartup") ?? false,
        UseMonitor = binding.Value<bool?>("useMonitor") ?? true,
    };

    private static Type RequestedType(JObject binding)
    {
        bool deferred = string.Equals(Text(binding["properties"] as JObject, "supportsDeferredBinding"), "true", StringComparison.OrdinalIgnoreCase);
        Type type = deferred ? typeof(ParameterBindingData) : Text(binding, "dataType")?.ToUpperInvariant() switch
        {
            "STRING" => typeof(string),
            "BINARY" => typeof(byte[]),
            "STREAM" => typeof(Stream),
            _ => typeof(object),
        };
        return string.Equals(Text(binding, "cardinality"), "many", StringComparison.OrdinalIgnoreCase) ? type.MakeArrayType() : type;
    }

    private static string? Text(JObject? json, string name) => json?.GetValue(name, StringComparison.OrdinalIgnoreCase)?.Value<string>();
}
