using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.LocalHost.Invocations;

/// <summary>The worker's context of one invocation.</summary>
internal sealed class LocalFunctionContext : FunctionContext
{
    private readonly CancellationToken _stopping;

    public LocalFunctionContext(
        FunctionDefinition definition, IServiceProvider services, IReadOnlyDictionary<string, object?> bindingData, CancellationToken stopping)
    {
        FunctionDefinition = definition;
        InstanceServices = services;
        BindingContext = new Data(bindingData);
        _stopping = stopping;
    }

    public override string InvocationId { get; } = Guid.NewGuid().ToString();

    public override string FunctionId => FunctionDefinition.Id;

    public override TraceContext TraceContext { get; } = new Trace(Activity.Current);

    public override BindingContext BindingContext { get; }

    public override RetryContext RetryContext { get; } = new Once();

    public override IServiceProvider InstanceServices { get; set; }

    public override FunctionDefinition FunctionDefinition { get; }

    public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

    public override IInvocationFeatures Features { get; } = new InvocationFeatures();

    /// <summary>Fires when the host stops; not when an HTTP client goes away (that is <c>HttpContext.RequestAborted</c>).</summary>
    public override CancellationToken CancellationToken => _stopping;

    private sealed class Data(IReadOnlyDictionary<string, object?> values) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData => values;
    }

    private sealed class Trace(Activity? activity) : TraceContext
    {
        public override string TraceParent => activity?.Id ?? "";

        public override string TraceState => activity?.TraceStateString ?? "";
    }

    private sealed class Once : RetryContext
    {
        public override int RetryCount => 0;

        public override int MaxRetryCount => 0;
    }
}
