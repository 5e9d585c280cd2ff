using System.Diagnostics;
using System.Reflection;
using Evolink.LocalHost.Functions;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.LocalHost.Invocations;

/// <summary>Calls functions through the app's middleware, each call in a scope of its own.</summary>
internal sealed class FunctionInvoker
{
    private readonly IServiceScopeFactory _scopes;
    private readonly FunctionExecutionDelegate _pipeline;
    private readonly Dictionary<FunctionDescriptor, CompiledFunction> _functions;

    public FunctionInvoker(FunctionCatalog catalog, LocalWorkerBuilder worker, IServiceScopeFactory scopes)
    {
        _scopes = scopes;
        _functions = catalog.Functions.ToDictionary(function => function, function => new CompiledFunction(function));
        _pipeline = worker.Build(async context =>
        {
            Invocation invocation = context.Features.Get<Invocation>()!;
            var function = context.Features.Get<CompiledFunction>()!;
            invocation.Result = await function.CallAsync(invocation);
        });
    }

    /// <summary>Runs one invocation.</summary>
    /// <param name="function">The function.</param>
    /// <param name="bindingData">What parameters are bound to by name.</param>
    /// <param name="prepare">Makes the invocation from its context.</param>
    /// <param name="stopping">The token that the function gets.</param>
    /// <param name="finish">Sees the result before the scope ends.</param>
    /// <remarks>No await here may leave the caller's scheduler: orchestrations run through it too.</remarks>
    public async Task<object?> InvokeAsync(
        FunctionDescriptor function,
        IReadOnlyDictionary<string, object?> bindingData,
        Func<LocalFunctionContext, Invocation> prepare,
        CancellationToken stopping,
        Func<Invocation, Task>? finish = null)
    {
        CompiledFunction compiled = _functions[function];
        await using AsyncServiceScope scope = _scopes.CreateAsyncScope();
        var context = new LocalFunctionContext(compiled.Definition, scope.ServiceProvider, bindingData, stopping);
        Invocation invocation = prepare(context);
        context.Features.Set(invocation);
        context.Features.Set(compiled);
        using Activity? activity = InvocationActivity.Begin(function, context.InvocationId, invocation.HttpContext);
        await _pipeline(context);
        if (finish is not null)
            await finish(invocation);
        activity.End(invocation.HttpContext);
        return invocation.Result;
    }

    private sealed class CompiledFunction(FunctionDescriptor function)
    {
        private readonly MethodInvoker _method = MethodInvoker.Create(function.Method);
        private readonly FunctionBinding _binding = new(function);
        private readonly Func<object?, Task<object?>> _read = ReturnValue.ReaderFor(function.Method.ReturnType);
        private readonly ObjectFactory? _construct = function.Method.IsStatic ? null : ActivatorUtilities.CreateFactory(function.Method.DeclaringType!, []);

        public LocalFunctionDefinition Definition { get; } = new(function);

        public async Task<object?> CallAsync(Invocation invocation)
        {
            object? instance = _construct?.Invoke(invocation.Context.InstanceServices, null);
            try
            {
                return await _read(_method.Invoke(instance, _binding.Bind(invocation)));
            }
            finally
            {
                if (instance is IAsyncDisposable asyncDisposable)
                    await asyncDisposable.DisposeAsync();
                else if (instance is IDisposable disposable)
                    disposable.Dispose();
            }
        }
    }
}
