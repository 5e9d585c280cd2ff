using Infra.Tests.Bicep;
using Index = Infra.Tests.Bicep.Index;

namespace Infra.Tests.Evaluation;

/// <summary>What an expression comes to, in one instance of a module.</summary>
internal sealed class Evaluator(Module module)
{
    private static readonly IReadOnlyDictionary<string, object?> NoLocals = new Dictionary<string, object?>();

    public object? Value(Expression expression) => Value(expression, NoLocals);

    public object? Value(Expression expression, IReadOnlyDictionary<string, object?> locals)
    {
        object? Inner(Expression inner) => Value(inner, locals);
        return expression switch
        {
            Text text => string.Concat(text.Parts.Select(part => part.Expression is null ? part.Text : Functions.Text(Inner(part.Expression)))),
            Number number => number.Value,
            Flag flag => flag.Value,
            Nothing => null,
            Name name => locals.TryGetValue(name.Symbol, out object? local) ? local : module.Value(name.Symbol),
            Items items => items.Elements.Select(Inner).ToList(),
            Body body => Properties(body, locals),
            Call call => Call(call, locals),
            Member or Index => Path(expression, locals),
            Nested nested => module.Nested((ResourceValue)Inner(nested.Of)!, nested.Resource),
            Choice choice => Inner(choice.Condition) is true ? Inner(choice.Then) : Inner(choice.Otherwise),
            Operation operation => Operate(operation, locals),
            Loop loop => Loop(loop, locals).Select(inner => Value(loop.Body, inner)).ToList(),
            _ => throw new NotSupportedException($"{expression.GetType().Name} in line {expression.Line}"),
        };
    }

    public Dictionary<string, object?> Properties(Body body, IReadOnlyDictionary<string, object?> locals, params string[] without) => body.Properties
        .Where(property => !without.Contains(property.Key.Plain))
        .ToDictionary(property => (string)Value(property.Key, locals)!, property => Value(property.Value, locals), StringComparer.Ordinal);

    /// <summary>The names that hold in each round of a loop.</summary>
    public IEnumerable<IReadOnlyDictionary<string, object?>> Loop(Loop loop, IReadOnlyDictionary<string, object?> locals) =>
        Functions.List(Value(loop.Over, locals)).Select((item, i) => With(locals, loop.Parameters, item, (long)i));

    private object? Call(Call call, IReadOnlyDictionary<string, object?> locals)
    {
        object? Apply(int lambda, object? item) => call.Arguments[lambda] is Lambda { } function
            ? Value(function.Body, With(locals, function.Parameters, item))
            : throw new NotSupportedException($"'{call.Function}' in line {call.Line} is given no lambda.");
        List<object?> Over() => Functions.List(Value(call.Arguments[0], locals));
        return call.Function switch
        {
            "map" => Over().Select(item => Apply(1, item)).ToList(),
            "filter" => Over().Where(item => Apply(1, item) is true).ToList(),
            "toObject" => Over().ToDictionary(item => (string)Apply(1, item)!, item => call.Arguments.Count > 2 ? Apply(2, item) : item, StringComparer.Ordinal),
            "loadJsonContent" => Functions.From(module.Content((string)Value(call.Arguments[0], locals)!)),
            _ => Functions.Call(call.Function, [.. call.Arguments.Select(argument => Value(argument, locals))]),
        };
    }

    /// <summary>Steps into an object, a resource, or the outputs of a module.</summary>
    private object? Path(Expression expression, IReadOnlyDictionary<string, object?> locals)
    {
        List<string> steps = [];
        Expression at = expression;
        for (; at is Member member; at = member.Of)
            steps.Insert(0, member.Property);
        object? value = at is Index index ? Item(Value(index.Of, locals), Value(index.At, locals)) : Value(at, locals);
        for (int i = 0; i < steps.Count; i++)
        {
            switch (value)
            {
                case ResourceValue resource:
                    module.Deployment.Read(module.File, expression, resource, [.. steps.Skip(i)]);
                    return resource.At([.. steps.Skip(i)]);
                case Module inner:
                    value = inner.Output(steps[++i]); // after ".outputs"
                    break;
                case Dictionary<string, object?> values when values.TryGetValue(steps[i], out object? found):
                    value = found;
                    break;
                default:
                    throw new KeyNotFoundException($"Line {expression.Line}: there is no '{steps[i]}'.");
            }
        }

        return value;
    }

    private static object? Item(object? of, object? at) => at is string key
        ? ((Dictionary<string, object?>)of!)[key]
        : Functions.List(of)[(int)(long)at!];

    private bool Operate(Operation operation, IReadOnlyDictionary<string, object?> locals)
    {
        object? Operand(int i) => Value(operation.Operands[i], locals);
        return operation.Operator switch
        {
            "!" => Operand(0) is false,
            "&&" => Operand(0) is true && Operand(1) is true,
            "||" => Operand(0) is true || Operand(1) is true,
            "==" => Equals(Operand(0), Operand(1)),
            "!=" => !Equals(Operand(0), Operand(1)),
            _ => throw new NotSupportedException($"Line {operation.Line}: the operator {operation.Operator} is not known here."),
        };
    }

    private static Dictionary<string, object?> With(IReadOnlyDictionary<string, object?> locals, IReadOnlyList<string> names, params object?[] values)
    {
        Dictionary<string, object?> inner = new(locals, StringComparer.Ordinal);
        foreach ((string name, object? value) in names.Zip(values))
            inner[name] = value;
        return inner;
    }
}
