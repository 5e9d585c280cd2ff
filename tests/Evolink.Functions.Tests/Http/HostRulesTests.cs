using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Functions.Tests.Http;

/// <summary>What the real Functions host demands of routes and bindings; it was measured there, and breaks the whole app where it is not kept.</summary>
public sealed class HostRulesTests
{
    private static readonly MethodInfo[] Functions =
    [
        .. typeof(EvolinkFunctions).Assembly.GetTypes().SelectMany(type => type.GetMethods()).Where(method => method.IsDefined(typeof(FunctionAttribute))),
    ];

    private static IEnumerable<(string Function, HttpTriggerAttribute Trigger)> HttpFunctions =>
        from method in Functions
        from parameter in method.GetParameters()
        let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
        where trigger is not null
        select (method.GetCustomAttribute<FunctionAttribute>()!.Name, trigger);

    [Fact]
    public void No_route_begins_with_a_slash_or_is_left_to_the_host() => Assert.All(
        HttpFunctions,
        function => Assert.True(function.Trigger.Route is { Length: > 0 } route && route[0] != '/', $"{function.Function}: '{function.Trigger.Route}'"));

    [Fact]
    public void No_body_is_bound() => Assert.DoesNotContain(
        Functions.SelectMany(method => method.GetParameters()).SelectMany(parameter => parameter.CustomAttributes), attribute => attribute.AttributeType.Name == "FromBodyAttribute");

    // The host tries routes in the order of the functions' names, and the first that fits wins: no literal goes before a parameter.
    [Fact]
    public async Task No_route_is_shadowed_by_that_of_an_earlier_named_function()
    {
        await using ServiceProvider services = new ServiceCollection().AddLogging().AddRouting().BuildServiceProvider();
        RouteCollection routes = new();
        foreach ((string function, HttpTriggerAttribute trigger) in
            HttpFunctions.OrderBy(each => each.Function, StringComparer.OrdinalIgnoreCase))
        {
            Dictionary<string, object> constraints = new();
            if (trigger.Methods is { Length: > 0 } methods)
                constraints["method"] = new HttpMethodRouteConstraint(methods);
            RouteHandler answers = new(context =>
            {
                context.Items["function"] = function;
                return Task.CompletedTask;
            });
            routes.Add(new Route(answers, trigger.Route!, [], constraints, [], services.GetRequiredService<IInlineConstraintResolver>()));
        }

        foreach ((string function, HttpTriggerAttribute trigger) in HttpFunctions)
        {
            foreach (string method in trigger.Methods ?? ["GET", "POST"])
                Assert.Equal($"{method} {function}", $"{method} {await AnsweringAsync(routes, services, method, Path(trigger.Route!))}");
        }
    }

    [Fact]
    public void The_one_that_takes_everything_comes_last() =>
        Assert.Equal("ZzUnmatched", HttpFunctions.Select(function => function.Function).Order(StringComparer.OrdinalIgnoreCase).Last());

    [Fact]
    public void Function_names_are_unique_whatever_their_case() => Assert.Equal(
        Functions.Length,
        Functions.Select(method => method.GetCustomAttribute<FunctionAttribute>()!.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());

    [Fact]
    public void Functions_are_public_members_of_public_classes() => Assert.All(Functions, method => Assert.True(method.IsPublic && method.DeclaringType!.IsPublic));

    private static async Task<object?> AnsweringAsync(RouteCollection routes, IServiceProvider services, string method, string path)
    {
        DefaultHttpContext http = new() { RequestServices = services };
        (http.Request.Method, http.Request.Path) = (method.ToUpperInvariant(), path);
        RouteContext context = new(http);
        await routes.RouteAsync(context);
        await (context.Handler ?? (_ => Task.CompletedTask))(http);
        return http.Items["function"];
    }

    // A path that the route is there for; no literal is like the values.
    private static string Path(string route) => "/" + string.Join('/', TemplateParser.Parse(route).Segments.Select(
        segment => string.Concat(segment.Parts.Select(part => part.IsOptional ? string.Empty : part.IsParameter ? "zq7" : part.Text))));
}
