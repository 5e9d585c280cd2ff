using System.Reflection;
using Evolink.LocalHost.Functions;
using Evolink.LocalHost.Http;
using Microsoft.Azure.Functions.Worker;

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

    [Fact]
    public void No_route_is_shadowed_by_that_of_an_earlier_named_function() =>
        Assert.Empty(RouteTable.From(FunctionCatalog.FromAssembly(typeof(EvolinkFunctions).Assembly), string.Empty).FindShadowed());

    [Fact]
    public void The_one_that_takes_everything_comes_last() =>
        Assert.Equal("ZzUnmatched", HttpFunctions.Select(function => function.Function).Order(StringComparer.OrdinalIgnoreCase).Last());

    [Fact]
    public void Function_names_are_unique_whatever_their_case() => Assert.Equal(
        Functions.Length,
        Functions.Select(method => method.GetCustomAttribute<FunctionAttribute>()!.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());

    [Fact]
    public void Functions_are_public_members_of_public_classes() => Assert.All(Functions, method => Assert.True(method.IsPublic && method.DeclaringType!.IsPublic));
}
