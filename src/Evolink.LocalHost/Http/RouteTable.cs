using System.Collections.Immutable;
using Evolink.LocalHost.Functions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace Evolink.LocalHost.Http;

/// <summary>
/// Finds the function of a request as the real host does: in the alphabetical order of the functions' names, the first whose route and
/// method fit wins. There is no precedence of literals over parameters.
/// </summary>
public sealed class RouteTable
{
    private RouteTable(ImmutableArray<FunctionRoute> routes) => Routes = routes;

    /// <summary>The routes in the order in which they are tried.</summary>
    public ImmutableArray<FunctionRoute> Routes { get; }

    /// <summary>Builds the table of an app.</summary>
    /// <param name="catalog">The functions of the app.</param>
    /// <param name="routePrefix"><c>extensions.http.routePrefix</c> of host.json; may be empty.</param>
    /// <param name="resolve">Replaces <c>%Setting%</c> in a route (text, function name); default: left as it is.</param>
    /// <exception cref="LocalHostException">A template cannot be parsed.</exception>
    public static RouteTable From(FunctionCatalog catalog, string routePrefix, Func<string, string, string>? resolve = null)
    {
        var resolver = new DefaultInlineConstraintResolver(Options.Create(new RouteOptions()), NoServices.Instance);
        return new RouteTable([.. catalog.With(FunctionTrigger.Http).Select(Route)]);

        FunctionRoute Route(FunctionDescriptor function)
        {
            var trigger = (HttpTriggerAttribute)function.Binding;
            string route = trigger.Route is { Length: > 0 } own ? resolve?.Invoke(own, function.Name) ?? own : function.Name;
            string template = routePrefix.Length == 0 ? route : $"{routePrefix.Trim('/')}/{route}";
            try
            {
                return new FunctionRoute(function, template, trigger.Methods, resolver);
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException)
            {
                throw new LocalHostException($"{function.Name}: the route \"{route}\" is not a valid template: {e.Message}", e);
            }
        }
    }

    /// <summary>The function that answers a request, or <see langword="null"/> (the host then answers a bare 404).</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path.</param>
    /// <param name="values">Filled with the values of the route's parameters.</param>
    public FunctionRoute? Match(string method, PathString path, RouteValueDictionary values)
    {
        foreach (FunctionRoute route in Routes)
        {
            values.Clear();
            if (route.Accepts(method) && route.Matches(path, values))
                return route;
        }

        values.Clear();
        return null;
    }

    /// <summary>Functions that no request can reach with one of their methods, because functions with earlier names take all of them.</summary>
    public IReadOnlyList<RouteShadow> FindShadowed() =>
    [
        .. from route in Routes
           let paths = RouteSamples.Of(route)
           from method in route.Methods.IsEmpty ? RouteSamples.Methods : route.Methods
           let winners = paths.Select(path => Match(method, path, [])!).ToArray()
           where winners.Length > 0 && winners.All(winner => winner != route)
           select new RouteShadow(route, method, winners[0]),
    ];

    private sealed class NoServices : IServiceProvider
    {
        public static readonly NoServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}

/// <summary>A function that is out of reach for one method.</summary>
/// <param name="Shadowed">The route out of reach.</param>
/// <param name="Method">The method.</param>
/// <param name="By">The route that takes its requests.</param>
public sealed record RouteShadow(FunctionRoute Shadowed, string Method, FunctionRoute By)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Method} {Shadowed.Template} of {Shadowed.Function.Name} never runs: {By.Function.Name} ({By.Template}) comes first in the alphabet and takes its requests.";
}
