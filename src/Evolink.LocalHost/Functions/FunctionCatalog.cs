using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Evolink.LocalHost.Functions;

/// <summary>The functions of an assembly, found as the worker finds them, and held to the rules of the real host.</summary>
public sealed class FunctionCatalog
{
    private const BindingFlags Anywhere = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    // By name: the attribute that the app's own rules forbid must not be mentioned here either.
    private const string FromBody = "FromBodyAttribute";

    private readonly Dictionary<string, FunctionDescriptor> _byName;

    private FunctionCatalog(ImmutableArray<FunctionDescriptor> functions)
    {
        Functions = functions;
        _byName = functions.ToDictionary(function => function.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>All functions in the order of their names.</summary>
    public ImmutableArray<FunctionDescriptor> Functions { get; }

    /// <summary>Finds the functions of an assembly.</summary>
    /// <exception cref="LocalHostException">The real host would not run this app; the message names every rule that is broken.</exception>
    public static FunctionCatalog FromAssembly(Assembly assembly) => FromTypes(assembly.GetTypes());

    /// <summary>Finds the functions of some types.</summary>
    /// <exception cref="LocalHostException">The real host would not run this app; the message names every rule that is broken.</exception>
    public static FunctionCatalog FromTypes(params IEnumerable<Type> types)
    {
        List<string> broken = [];
        List<FunctionDescriptor> functions = [];
        foreach (MethodInfo method in types.SelectMany(type => type.GetMethods(Anywhere)))
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is not { } attribute)
                continue;
            if (Describe(attribute.Name, method, broken) is { } function)
                functions.Add(function);
        }

        broken.AddRange(functions
            .GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase)
            .Where(same => same.Count() > 1)
            .Select(same => $"{string.Join(" and ", same.Select(function => function.EntryPoint))} share the name {same.Key}; names are unique, whatever their case."));
        if (broken.Count > 0)
            throw new LocalHostException($"The function app breaks the rules of the Functions host:{Environment.NewLine}- {string.Join(Environment.NewLine + "- ", broken)}");
        return new FunctionCatalog([.. functions.OrderBy(function => function.Name, StringComparer.OrdinalIgnoreCase)]);
    }

    /// <summary>The function of that name, whatever the case, if it has that trigger.</summary>
    public FunctionDescriptor? Find(string name, FunctionTrigger trigger) =>
        _byName.TryGetValue(name, out FunctionDescriptor? function) && function.Trigger == trigger ? function : null;

    /// <summary>The functions with that trigger, in the order of their names.</summary>
    public IEnumerable<FunctionDescriptor> With(FunctionTrigger trigger) => Functions.Where(function => function.Trigger == trigger);

    private static FunctionDescriptor? Describe(string name, MethodInfo method, List<string> broken)
    {
        ParameterInfo[] parameters = method.GetParameters();
        (ParameterInfo Parameter, TriggerBindingAttribute Binding)[] triggers =
        [
            .. from parameter in parameters
               let binding = parameter.GetCustomAttribute<TriggerBindingAttribute>()
               where binding is not null
               select (parameter, binding),
        ];
        if (!method.IsPublic || method.IsGenericMethodDefinition || !method.DeclaringType!.IsVisible)
            broken.Add($"{name}: {method.DeclaringType!.FullName}.{method.Name} must be a public method of a public class, without type parameters.");
        if (parameters.FirstOrDefault(HasFromBody) is { } body)
            broken.Add($"{name}: [FromBody] on {body.Name} turns a body that does not bind into null or a 500; read and check Request.Body by hand.");
        if (triggers.Length != 1)
        {
            broken.Add($"{name}: a function has exactly one trigger, this one has {triggers.Length}.");
            return null;
        }

        (ParameterInfo on, TriggerBindingAttribute attribute) = triggers[0];
        if (Classify(attribute) is not { } trigger)
        {
            broken.Add($"{name}: a {attribute.GetType().Name} is not served here.");
            return null;
        }

        if (attribute is HttpTriggerAttribute { Route: { } route } && route.StartsWith('/'))
            broken.Add($"{name}: the route \"{route}\" begins with \"/\", which breaks every function of the app on the real host; for the root write \"{{ignored:maxlength(0)?}}\".");
        return new FunctionDescriptor(name, method, trigger, on, attribute);
    }

    private static bool HasFromBody(ParameterInfo parameter) =>
        parameter.GetCustomAttributes().Any(attribute => string.Equals(attribute.GetType().Name, FromBody, StringComparison.Ordinal));

    private static FunctionTrigger? Classify(TriggerBindingAttribute attribute) => attribute switch
    {
        HttpTriggerAttribute => FunctionTrigger.Http,
        BlobTriggerAttribute => FunctionTrigger.Blob,
        QueueTriggerAttribute => FunctionTrigger.Queue,
        TimerTriggerAttribute => FunctionTrigger.Timer,
        OrchestrationTriggerAttribute => FunctionTrigger.Orchestration,
        ActivityTriggerAttribute => FunctionTrigger.Activity,
        _ => null,
    };
}
