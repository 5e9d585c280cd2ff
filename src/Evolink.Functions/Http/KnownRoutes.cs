using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Http;

/// <summary>The routes of this app's HTTP functions, to tell a wrong method from a wrong path.</summary>
public sealed class KnownRoutes
{
    private static readonly DefaultInlineConstraintResolver Constraints = new(Options.Create(new RouteOptions()), EmptyServices.Instance);

    private readonly (RouteTemplate Template, TemplateMatcher Matcher, string[] Methods)[] _routes =
    [
        .. from type in typeof(KnownRoutes).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
           from parameter in method.GetParameters()
           let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
           where trigger is { Methods.Length: > 0 }
           let template = TemplateParser.Parse(trigger.Route ?? string.Empty)
           select (template, new TemplateMatcher(template, []), trigger.Methods),
    ];

    /// <summary>The methods that a path takes, upper case; empty where there is no such path.</summary>
    public IReadOnlyList<string> MethodsOf(PathString path) =>
    [
        .. from route in _routes
           where Matches(route.Template, route.Matcher, path)
           from method in route.Methods
           group method by method.ToUpperInvariant() into method
           orderby method.Key
           select method.Key,
    ];

    private static bool Matches(RouteTemplate template, TemplateMatcher matcher, PathString path)
    {
        RouteValueDictionary values = [];
        return matcher.TryMatch(path, values) && template.Parameters.All(parameter => parameter.InlineConstraints.All(constraint =>
            !values.ContainsKey(parameter.Name!)
            || Constraints.ResolveConstraint(constraint.Constraint)?.Match(null, null, parameter.Name!, values, RouteDirection.IncomingRequest) == true));
    }

    private sealed class EmptyServices : IServiceProvider
    {
        public static readonly EmptyServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}
