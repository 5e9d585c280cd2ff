using System.Collections.Immutable;
using Evolink.LocalHost.Functions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace Evolink.LocalHost.Http;

/// <summary>The route and methods of one HTTP function.</summary>
public sealed class FunctionRoute
{
    private readonly TemplateMatcher _matcher;
    private readonly IDictionary<string, IRouteConstraint> _constraints;

    internal FunctionRoute(FunctionDescriptor function, string template, IEnumerable<string>? methods, IInlineConstraintResolver resolver)
    {
        Function = function;
        Template = template;
        Methods = [.. (methods ?? []).Select(method => method.ToUpperInvariant())];
        Parsed = TemplateParser.Parse(template);
        _matcher = new TemplateMatcher(Parsed, DefaultsOf(Parsed));
        _constraints = ConstraintsOf(Parsed, resolver);
    }

    /// <summary>The function.</summary>
    public FunctionDescriptor Function { get; }

    /// <summary>The whole template: prefix and route.</summary>
    public string Template { get; }

    /// <summary>The methods in upper case; empty: every method.</summary>
    public ImmutableArray<string> Methods { get; }

    internal RouteTemplate Parsed { get; }

    internal bool Accepts(string method) => Methods.IsEmpty || Methods.Contains(method, StringComparer.OrdinalIgnoreCase);

    internal bool Matches(PathString path, RouteValueDictionary values) =>
        _matcher.TryMatch(path, values)
        && _constraints.All(constraint => constraint.Value.Match(httpContext: null, route: null, constraint.Key, values, RouteDirection.IncomingRequest));

    private static RouteValueDictionary DefaultsOf(RouteTemplate template)
    {
        var defaults = new RouteValueDictionary();
        foreach (TemplatePart parameter in template.Parameters.Where(parameter => parameter.DefaultValue is not null))
            defaults.Add(parameter.Name!, parameter.DefaultValue);
        return defaults;
    }

    private static IDictionary<string, IRouteConstraint> ConstraintsOf(RouteTemplate template, IInlineConstraintResolver resolver)
    {
        var builder = new RouteConstraintBuilder(resolver, template.TemplateText!);
        foreach (TemplatePart parameter in template.Parameters)
        {
            if (parameter.IsOptional)
                builder.SetOptional(parameter.Name!);
            foreach (InlineConstraint constraint in parameter.InlineConstraints)
                builder.AddResolvedConstraint(parameter.Name!, constraint.Constraint);
        }

        return builder.Build();
    }
}
