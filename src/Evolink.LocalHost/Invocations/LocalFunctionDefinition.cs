using System.Collections.Immutable;
using Evolink.LocalHost.Functions;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.LocalHost.Invocations;

/// <summary>What the worker tells middleware about a function.</summary>
internal sealed class LocalFunctionDefinition(FunctionDescriptor function) : FunctionDefinition
{
    private const string Suffix = "Attribute";

    public override ImmutableArray<FunctionParameter> Parameters { get; } =
    [
        .. function.Method.GetParameters().Select(parameter => new FunctionParameter(parameter.Name!, parameter.ParameterType)),
    ];

    public override string PathToAssembly { get; } = function.Method.Module.Assembly.Location;

    public override string EntryPoint { get; } = function.EntryPoint;

    public override string Id { get; } = function.Name;

    public override string Name { get; } = function.Name;

    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; } =
        ImmutableDictionary<string, BindingMetadata>.Empty.Add(function.TriggerParameter.Name!, new TriggerMetadata(function));

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings { get; } = ImmutableDictionary<string, BindingMetadata>.Empty;

    private sealed class TriggerMetadata(FunctionDescriptor function) : BindingMetadata
    {
        public override string Name { get; } = function.TriggerParameter.Name!;

        // As the host writes it: httpTrigger, activityTrigger ...
        public override string Type { get; } = Camel(function.Binding.GetType().Name[..^Suffix.Length]);

        public override BindingDirection Direction => BindingDirection.In;

        private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
    }
}
