using Microsoft.Azure.WebJobs.Host;
using Newtonsoft.Json;

namespace FunctionsHost.Jobs;

/// <summary>One function of the app, with its bindings.</summary>
internal sealed record AppFunction(string Name, string Id, FunctionBinding Trigger, IReadOnlyList<FunctionBinding> Inputs, IReadOnlyList<FunctionBinding> Outputs, RpcRetryOptions? Retry)
{
    // As the real host reads it: a schedule that looks like a date stays a text.
    private static readonly JsonSerializerSettings Json = new() { DateParseHandling = DateParseHandling.None };

    public HttpTriggerAttribute? Http => Trigger.Attribute as HttpTriggerAttribute;

    /// <summary>Understands what the worker listed.</summary>
    /// <exception cref="FunctionAppException">Some of it cannot be run: every function that cannot is named, with the reason.</exception>
    public static IReadOnlyList<AppFunction> ReadAll(IEnumerable<RpcFunctionMetadata> functions, AppSettings settings, IJobHostMetadataProvider metadata)
    {
        List<AppFunction> read = [];
        List<string> failures = [];
        // Routes are tried in the order of the functions' names: the first match wins, as in the real host.
        foreach (RpcFunctionMetadata function in functions.OrderBy(function => function.Name, StringComparer.OrdinalIgnoreCase))
        {
            if (IsDisabled(function.Name, settings))
                continue;
            try
            {
                read.Add(Read(function, metadata));
            }
            catch (FunctionAppException e)
            {
                failures.Add($"Function {function.Name} cannot be run: {e.Message}.");
            }
        }

        return failures.Count == 0 ? read : throw new FunctionAppException(string.Join(Environment.NewLine, failures));
    }

    // The setting by which Azure turns a function off.
    private static bool IsDisabled(string name, AppSettings settings) =>
        settings[$"AzureWebJobs.{name}.Disabled"] is { } disabled && (disabled == "1" || (bool.TryParse(disabled, out bool yes) && yes));

    private static AppFunction Read(RpcFunctionMetadata function, IJobHostMetadataProvider metadata)
    {
        if (function.Status is { Status: StatusResult.Types.Status.Failure } failed)
            throw new FunctionAppException(failed.Exception?.Message ?? failed.Result);
        FunctionBinding[] bindings = [.. function.RawBindings.Select(raw => FunctionBinding.Read(JsonConvert.DeserializeObject<JObject>(raw, Json)!, metadata))];
        if (bindings.Where(binding => binding.IsTrigger).ToArray() is not [var trigger])
            throw new FunctionAppException("it needs one trigger, and no more than one");
        return new AppFunction(
            function.Name,
            function.FunctionId,
            trigger,
            [.. bindings.Where(binding => !binding.IsTrigger && !binding.IsOutput)],
            [.. bindings.Where(binding => binding is { IsOutput: true, Attribute: not null })],
            function.RetryOptions);
    }
}
