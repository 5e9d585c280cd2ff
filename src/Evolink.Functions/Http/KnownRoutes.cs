using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Http;

/// <summary>The routes of this app's HTTP functions, to tell a wrong method from a wrong path.</summary>
public sealed class KnownRoutes
{
    private readonly (TemplateMatcher Matcher, string[] Methods)[] _routes =
    [
        .. from type in typeof(KnownRoutes).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
           from parameter in method.GetParameters()
           let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
           where trigger is { Methods.Length: > 0 }
           select (new TemplateMatcher(TemplateParser.Parse(trigger.Route ?? string.Empty), []), trigger.Methods),
    ];

    /// <summary>The methods that a path takes, upper case; empty where there is no such path.</summary>
    public IReadOnlyList<string> MethodsOf(PathString path) =>
        [.. _routes.Where(route => route.Matcher.TryMatch(path, [])).SelectMany(route => route.Methods).Select(method => method.ToUpperInvariant()).Distinct().Order()];
}
