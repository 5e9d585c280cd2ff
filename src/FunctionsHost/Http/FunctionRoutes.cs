using Microsoft.AspNetCore.Routing.Constraints;

namespace FunctionsHost.Http;

/// <summary>Which function a request is for: the real host's router, with its rules.</summary>
internal sealed class FunctionRoutes
{
    private readonly WebJobsRouter _router;
    private readonly Dictionary<string, AppFunction> _functions = [];

    /// <exception cref="FunctionAppException">A route is not valid.</exception>
    public FunctionRoutes(IEnumerable<AppFunction> functions, string prefix, IInlineConstraintResolver constraints)
    {
        _router = new WebJobsRouter(constraints);
        WebJobsRouteBuilder routes = _router.CreateBuilder(new Chosen(), prefix);
        foreach (AppFunction function in functions)
        {
            if (function.Http is not { } http)
                continue;
            RouteValueDictionary methods = http.Methods is { Length: > 0 } allowed ? new() { ["httpMethod"] = new HttpMethodRouteConstraint(allowed) } : [];
            Map(routes, function.Name, http.Route is { Length: > 0 } route ? route : function.Name, methods);
            _functions[function.Name] = function;
        }

        _router.AddFunctionRoutes(routes.Build(), null);
    }

    /// <summary>The function whose route matches; null where none does.</summary>
    public async Task<AppFunction?> FindAsync(HttpContext context)
    {
        RouteContext route = new(context);
        await _router.RouteAsync(route);
        if (route.Handler is null)
            return null;
        context.Items[HttpExtensionConstants.AzureWebJobsHttpRouteDataKey] = new Dictionary<string, object?>(route.RouteData.Values);
        return _functions[(string)route.RouteData.DataTokens[HttpExtensionConstants.FunctionNameRouteTokenKey]!];
    }

    private static void Map(WebJobsRouteBuilder routes, string name, string route, RouteValueDictionary methods)
    {
        try
        {
            routes.MapFunctionRoute(name, route, methods, name);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new FunctionAppException($"Function {name} cannot be run: its route '{route}' is not valid: {e.GetBaseException().Message}", e);
        }
    }

    // Only who was chosen is asked; the request is run elsewhere.
    private sealed class Chosen : IWebJobsRouteHandler
    {
        public Task InvokeAsync(HttpContext context, string functionName) => Task.CompletedTask;
    }
}
