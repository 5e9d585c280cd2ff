using Evolink.LocalHost.Functions;
using Evolink.LocalHost.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.LocalHost.Tests.Http;

public sealed class RouteTableTests
{
    [Theory]
    [InlineData("GET", "/", "Root")]
    [InlineData("GET", "/v1/tasks/abc", "ByName")]
    [InlineData("get", "/V1/Tasks/abc", "ByName")]
    [InlineData("GET", "/v1/tasks/7", "AaByNumber")]
    [InlineData("DELETE", "/v1/tasks/abc", "ZzUnmatched")]
    [InlineData("GET", "/v1/files/a/b/c.txt", "Files")]
    [InlineData("GET", "/v1/files", "Files")]
    [InlineData("GET", "/Unrouted", "Unrouted")]
    [InlineData("GET", "/nowhere/at/all", "ZzUnmatched")]
    public void The_first_function_by_name_whose_route_and_method_fit_wins(string method, string path, string function)
    {
        var table = RouteTable.From(FunctionCatalog.FromTypes(typeof(App)), "");

        Assert.Equal(function, table.Match(method, path, [])?.Function.Name);
    }

    [Fact]
    public void A_literal_does_not_win_over_a_parameter_whose_function_comes_first()
    {
        var table = RouteTable.From(FunctionCatalog.FromTypes(typeof(Shadowing)), "");

        Assert.Equal("A", table.Match("GET", "/v1/tasks/special", [])?.Function.Name);
    }

    [Fact]
    public void Values_of_the_route_are_told_without_those_of_routes_that_did_not_fit()
    {
        var values = new RouteValueDictionary();
        RouteTable.From(FunctionCatalog.FromTypes(typeof(App)), "").Match("GET", "/v1/tasks/abc", values);

        Assert.Equal([KeyValuePair.Create<string, object?>("name", "abc")], values);
    }

    [Fact]
    public void Nothing_matches_without_a_catch_all()
    {
        var table = RouteTable.From(FunctionCatalog.FromTypes(typeof(Shadowing)), "");

        Assert.Null(table.Match("GET", "/other", []));
        Assert.Null(table.Match("PUT", "/v1/tasks/special", []));
    }

    [Fact]
    public void The_prefix_of_host_json_stands_before_every_route()
    {
        var table = RouteTable.From(FunctionCatalog.FromTypes(typeof(Shadowing)), "api");

        Assert.Null(table.Match("GET", "/v1/tasks/special", []));
        Assert.Equal("A", table.Match("GET", "/api/v1/tasks/special", [])?.Function.Name);
    }

    [Fact]
    public void A_route_that_is_taken_whole_by_an_earlier_name_is_reported_for_the_methods_it_loses()
    {
        IReadOnlyList<RouteShadow> shadowed = RouteTable.From(FunctionCatalog.FromTypes(typeof(Shadowing)), "").FindShadowed();

        RouteShadow only = Assert.Single(shadowed);
        Assert.Equal(("B", "GET", "A"), (only.Shadowed.Function.Name, only.Method, only.By.Function.Name));
        Assert.Contains("never runs", only.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Routes_that_only_overlap_are_not_reported() =>
        Assert.Empty(RouteTable.From(FunctionCatalog.FromTypes(typeof(App)), "").FindShadowed());

    [Fact]
    public void A_template_that_is_not_one_is_refused_with_the_name_of_its_function()
    {
        var catalog = FunctionCatalog.FromTypes(typeof(BadTemplate));

        Assert.Contains("Bad: the route \"v1/{\"", Assert.Throws<LocalHostException>(() => RouteTable.From(catalog, "")).Message, StringComparison.Ordinal);
    }

    public static class App
    {
        [Function("ByName")]
        public static string ByName([HttpTrigger("get", Route = "v1/tasks/{name}")] HttpRequest request) => request.Path;

        [Function("AaByNumber")]
        public static string AaByNumber([HttpTrigger("get", Route = "v1/tasks/{id:int}")] HttpRequest request) => request.Path;

        [Function("Files")]
        public static string Files([HttpTrigger("get", Route = "v1/files/{*path}")] HttpRequest request) => request.Path;

        [Function("Root")]
        public static string Root([HttpTrigger("get", Route = "{ignored:maxlength(0)?}")] HttpRequest request) => request.Path;

        [Function("Unrouted")]
        public static string Unrouted([HttpTrigger("get")] HttpRequest request) => request.Path;

        [Function("ZzUnmatched")]
        public static string ZzUnmatched([HttpTrigger(Route = "{*path}")] HttpRequest request) => request.Path;
    }

    public static class Shadowing
    {
        [Function("A")]
        public static string A([HttpTrigger("get", Route = "v1/tasks/{id}")] HttpRequest request) => request.Path;

        [Function("B")]
        public static string B([HttpTrigger("get", "post", Route = "v1/tasks/special")] HttpRequest request) => request.Path;
    }

    public static class BadTemplate
    {
        [Function("Bad")]
        public static string F([HttpTrigger("get", Route = "v1/{")] HttpRequest request) => request.Path;
    }
}
