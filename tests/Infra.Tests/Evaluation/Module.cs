using Infra.Tests.Bicep;

namespace Infra.Tests.Evaluation;

/// <summary>One file with values for its parameters.</summary>
internal sealed class Module
{
    private static readonly IReadOnlyDictionary<string, object?> NoLocals = new Dictionary<string, object?>();

    private readonly Dictionary<string, object?> _values;
    private readonly Dictionary<(string Names, string Symbol), object?> _nested = [];
    private readonly List<ResourceValue> _outer = [];
    private readonly HashSet<string> _open = [];
    private readonly Evaluator _evaluator;

    public Module(Deployment deployment, BicepFile file, IReadOnlyDictionary<string, object?> parameters)
    {
        Deployment = deployment;
        File = file;
        _evaluator = new Evaluator(this);
        _values = new(parameters, StringComparer.Ordinal);
    }

    public Deployment Deployment { get; }

    public BicepFile File { get; }

    /// <summary>Makes everything that the file declares, as far as its conditions hold.</summary>
    public void Deploy()
    {
        foreach (Declaration declaration in File.Declarations.Where(declaration => declaration.Kind is DeclarationKind.Resource or DeclarationKind.Module or DeclarationKind.Variable))
            Value(declaration.Name);
        // Nested resources may refer to what refers to the one that they lie in, so they come after it.
        for (int i = 0; i < _outer.Count; i++)
        {
            foreach (Declaration inner in _outer[i].Declaration.Body!.Resources)
                Nested(_outer[i], inner.Name);
        }

        foreach (Declaration output in File.OfKind(DeclarationKind.Output))
            Output(output.Name);
    }

    public object? Value(string symbol)
    {
        if (_values.TryGetValue(symbol, out object? value))
            return value;
        if (!_open.Add(symbol))
            throw new KeyNotFoundException($"{File.Path}: '{symbol}' refers to itself.");
        Declaration declaration = File.Find(symbol) ?? throw new KeyNotFoundException($"{File.Path}: '{symbol}' is not declared.");
        value = declaration.Kind switch
        {
            DeclarationKind.Resource => Resource(declaration, null),
            DeclarationKind.Module => Call(declaration),
            _ => declaration.Value is null ? throw new KeyNotFoundException($"{File.Path}: '{symbol}' is not given.") : _evaluator.Value(declaration.Value),
        };
        _open.Remove(symbol);
        return _values[symbol] = value;
    }

    public object? Output(string name) => _evaluator.Value(File.OfKind(DeclarationKind.Output).Single(output => output.Name == name).Value!);

    public object? Nested(ResourceValue outer, string symbol)
    {
        if (!_nested.TryGetValue((outer.Names, symbol), out object? nested))
        {
            Declaration declaration = outer.Declaration.Body!.Resources.FirstOrDefault(resource => resource.Name == symbol)
                ?? throw new KeyNotFoundException($"{File.Path}: '{outer.Declaration.Name}' has no '{symbol}'.");
            nested = _nested[(outer.Names, symbol)] = Resource(declaration, outer);
        }

        return nested;
    }

    public string Content(string path) => Deployment.Sources[Path.Combine(Path.GetDirectoryName(File.Path)!, path).Replace('\\', '/')];

    private Module? Call(Declaration declaration)
    {
        if (declaration.Value is Choice condition && _evaluator.Value(condition.Condition) is not true)
            return null;
        Dictionary<string, object?> parameters = declaration.Body!.Find("params") is Body body ? _evaluator.Properties(body, NoLocals) : [];
        BicepFile target = Deployment.Files[Path.Combine(Path.GetDirectoryName(File.Path)!, declaration.Type!).Replace('\\', '/')];
        Module module = new(Deployment, target, parameters);
        module.Deploy();
        return module;
    }

    private object? Resource(Declaration declaration, ResourceValue? outer) => declaration.Value switch
    {
        Choice choice => _evaluator.Value(choice.Condition) is true ? Resource(declaration, (Body)choice.Then, outer, NoLocals) : null,
        Loop loop => _evaluator.Loop(loop, NoLocals).Select(locals => (object?)Resource(declaration, (Body)loop.Body, outer, locals)).ToList(),
        _ => Resource(declaration, declaration.Body!, outer, NoLocals),
    };

    private ResourceValue Resource(Declaration declaration, Body body, ResourceValue? outer, IReadOnlyDictionary<string, object?> locals)
    {
        ResourceValue? parent = outer ?? (body.Find("parent") is { } given ? (ResourceValue?)_evaluator.Value(given, locals) : null);
        string[] type = declaration.Type!.Split('@');
        ResourceValue made = new(
            File, declaration, outer is null ? type[0] : $"{outer.Type}/{type[0]}", type.Length > 1 ? type[1] : outer!.Version,
            (string)_evaluator.Value(body.Find("name")!, locals)!, parent?.Names ?? string.Empty)
        {
            Properties = declaration.Existing ? [] : _evaluator.Properties(body, locals, "parent", "scope", "dependsOn"),
            Scope = body.Find("scope") is { } scope ? _evaluator.Value(scope, locals) as ResourceValue : null,
        };
        if (!declaration.Existing)
            Deployment.Resources.Add(made);
        _outer.Add(made);
        return made;
    }
}
