using Evolink.LocalHost.Functions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Evolink.LocalHost.Tests.Functions;

public sealed class FunctionCatalogTests
{
    [Fact]
    public void Functions_are_found_with_their_triggers_in_the_order_of_their_names()
    {
        var catalog = FunctionCatalog.FromTypes(typeof(AllKinds));

        Assert.Equal(
            [
                ("act", FunctionTrigger.Activity), ("Blob", FunctionTrigger.Blob), ("Http", FunctionTrigger.Http), ("orch", FunctionTrigger.Orchestration),
                ("Queue", FunctionTrigger.Queue), ("Timer", FunctionTrigger.Timer),
            ],
            catalog.Functions.Select(function => (function.Name, function.Trigger)));
        Assert.Equal("act", catalog.Find("ACT", FunctionTrigger.Activity)?.Name);
        Assert.Null(catalog.Find("act", FunctionTrigger.Orchestration));
    }

    [Theory]
    [InlineData(typeof(SameNames), "share the name")]
    [InlineData(typeof(LeadingSlash), "begins with \"/\"")]
    [InlineData(typeof(RootSlash), "{ignored:maxlength(0)?}")]
    [InlineData(typeof(BodyBinding), "[FromBody] on body")]
    [InlineData(typeof(TwoTriggers), "exactly one trigger, this one has 2")]
    [InlineData(typeof(NoTrigger), "exactly one trigger, this one has 0")]
    [InlineData(typeof(Hidden), "must be a public method")]
    public void An_app_that_the_real_host_would_not_run_is_refused(Type app, string reason) =>
        Assert.Contains(reason, Assert.Throws<LocalHostException>(() => FunctionCatalog.FromTypes(app)).Message, StringComparison.Ordinal);

    [Fact]
    public void All_broken_rules_are_told_at_once()
    {
        string message = Assert.Throws<LocalHostException>(() => FunctionCatalog.FromTypes(typeof(LeadingSlash), typeof(BodyBinding))).Message;

        Assert.Contains("begins with", message, StringComparison.Ordinal);
        Assert.Contains("[FromBody]", message, StringComparison.Ordinal);
    }

    public sealed class AllKinds
    {
        [Function("Http")]
        public static string Http([HttpTrigger("get")] HttpRequest request) => request.Path;

        [Function("Timer")]
        public static void Timer([TimerTrigger("0 * * * * *")] TimerInfo timer) => _ = timer;

        [Function("Queue")]
        public static void Queue([QueueTrigger("q")] string message) => _ = message;

        [Function("Blob")]
        public static void Blob([BlobTrigger("c/{name}")] string blob, string name) => _ = blob + name;

        [Function("orch")]
        public static Task Orchestration([OrchestrationTrigger] TaskOrchestrationContext context) => Task.FromResult(context);

        [Function("act")]
        public static int Activity([ActivityTrigger] int input) => input;

        public static void NotAFunction()
        {
        }
    }

    public static class SameNames
    {
        [Function("Same")]
        public static string One([HttpTrigger] HttpRequest request) => request.Path;

        [Function("SAME")]
        public static string Two([HttpTrigger] HttpRequest request) => request.Path;
    }

    public static class LeadingSlash
    {
        [Function("F")]
        public static string F([HttpTrigger("get", Route = "/v1/x")] HttpRequest request) => request.Path;
    }

    public static class RootSlash
    {
        [Function("F")]
        public static string F([HttpTrigger("get", Route = "/")] HttpRequest request) => request.Path;
    }

    public static class BodyBinding
    {
        [Function("G")]
        public static string G([HttpTrigger("get")] HttpRequest request, [FromBody] string body) => request.Path + body;
    }

    public static class TwoTriggers
    {
        [Function("F")]
        public static string F([HttpTrigger("get")] HttpRequest request, [QueueTrigger("q")] string message) => request.Path + message;
    }

    public static class NoTrigger
    {
        [Function("F")]
        public static string F(string name) => name;
    }

    public static class Hidden
    {
        [Function("F")]
        internal static string F([HttpTrigger("get")] HttpRequest request) => request.Path;
    }

    /// <summary>Stands for the worker's attribute, which this repository bans.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    private sealed class FromBodyAttribute : Attribute;
}
