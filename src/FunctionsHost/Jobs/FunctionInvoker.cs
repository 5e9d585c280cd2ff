using Newtonsoft.Json;
using ExecutionContext = Microsoft.Azure.WebJobs.ExecutionContext;

namespace FunctionsHost.Jobs;

/// <summary>Carries an invocation from the WebJobs SDK to the worker, and its results back.</summary>
internal sealed class FunctionInvoker(AppWorker worker, WorkerForwarder forwarder, BlobScheduleMonitor? timers)
{
    private Dictionary<string, AppFunction> _functions = [];

    public void Use(IReadOnlyList<AppFunction> functions) => _functions = functions.ToDictionary(function => function.Name);

    public async Task<object?> RunAsync(string name, object? trigger, Binder binder, ExecutionContext context, CancellationToken cancellationToken)
    {
        AppFunction function = _functions[name];
        if (trigger is TimerInfo timer && timers?.TakePastDue(name) == true)
            trigger = new TimerInfo(timer.Schedule, timer.ScheduleStatus, isPastDue: true);
        InvocationRequest request = await RequestAsync(function, trigger, binder, context, cancellationToken);
        InvocationResponse response = await worker.WithChannelAsync(
            channel => trigger is HttpRequest http
                ? forwarder.InvokeAsync(channel, name, request, http, cancellationToken)
                : channel.InvokeAsync(name, request, cancellationToken),
            cancellationToken);
        await WriteOutputsAsync(function, response, binder, cancellationToken);
        return RpcValues.FromRpc(response.ReturnValue);
    }

    private static async Task<InvocationRequest> RequestAsync(
        AppFunction function, object? trigger, Binder binder, ExecutionContext context, CancellationToken cancellationToken)
    {
        AddJsonProperties(trigger, binder.BindingData);
        InvocationRequest request = new()
        {
            InvocationId = context.InvocationId.ToString(),
            FunctionId = function.Id,
            TraceContext = TraceContextOf(Activity.Current),
            InputData = { new ParameterBinding { Name = function.Trigger.Name, Data = RpcValues.ToRpc(trigger) } },
        };
        if (context.RetryContext is { } retry)
            request.RetryContext = new RetryContext { RetryCount = retry.RetryCount, MaxRetryCount = retry.MaxRetryCount };
        foreach (FunctionBinding input in function.Inputs)
        {
            object? value = await BindingValues.ReadAsync(input, binder, cancellationToken);
            request.InputData.Add(new ParameterBinding { Name = input.Name, Data = RpcValues.ToRpc(value) });
        }

        foreach ((string key, object? value) in binder.BindingData)
        {
            // "sys" is for binding expressions alone, and a request goes to the worker by HTTP.
            if (value is not null and not HttpRequest and not Stream && key != "sys")
                request.TriggerMetadata[key] = RpcValues.ToRpc(value);
        }

        return request;
    }

    // The properties of a JSON message can be used in binding expressions, such as "copies/{id}.txt".
    private static void AddJsonProperties(object? trigger, Dictionary<string, object> bindingData)
    {
        if (trigger is not string text || text.AsSpan().TrimStart() is not ['{', ..])
            return;
        try
        {
            foreach (JProperty property in JObject.Parse(text).Properties().Where(property => property.Value is JObject or JValue { Value: not null }))
                bindingData[property.Name] = property.Value is JObject json ? json : property.Value.Value<string>()!;
        }
        catch (JsonException)
        {
            // It only looked like JSON.
        }
    }

    private static RpcTraceContext TraceContextOf(Activity? activity)
    {
        RpcTraceContext context = new() { TraceParent = activity?.Id ?? "", TraceState = activity?.TraceStateString ?? "" };
        foreach ((string key, string? value) in activity?.Tags ?? [])
        {
            if (value is { Length: > 0 })
                context.Attributes[key] = value;
        }

        return context;
    }

    private static async Task WriteOutputsAsync(AppFunction function, InvocationResponse response, Binder binder, CancellationToken cancellationToken)
    {
        foreach (FunctionBinding output in function.Outputs)
        {
            TypedData? data = output.Name == "$return"
                ? response.ReturnValue
                : response.OutputData.FirstOrDefault(binding => binding.Name == output.Name)?.Data;
            if (RpcValues.FromRpc(data) is { } value)
                await BindingValues.WriteAsync(output, value, binder, cancellationToken);
        }
    }
}
