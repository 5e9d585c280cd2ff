using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Tests.Hosting;

/// <summary>The HTTP functions of a small app, in every shape that the worker takes.</summary>
public sealed class TestApp(TestApp.Scoped scoped, TestApp.Witness witness)
{
    [Function("Values")]
    public static IResult Values(
        [HttpTrigger("get", Route = "values/{text}/{number:int}/{when?}")] HttpRequest request, string text, int number, DateOnly? when, FunctionContext context) =>
        Results.Text($"{text} {number} {when?.Year} {request.Query["q"]} {context.FunctionDefinition.Name}");

    [Function("Context")]
    public static async ValueTask<string> Context([HttpTrigger("post", Route = "context")] HttpContext http, FunctionContext context, [DurableClient] DurableTaskClient client)
    {
        using var reader = new StreamReader(http.Request.Body);
        string body = await reader.ReadToEndAsync(context.CancellationToken);
        FunctionDefinition definition = context.FunctionDefinition;
        return $"{ReferenceEquals(context.GetHttpContext(), http)} {definition.EntryPoint} {definition.InputBindings["http"].Type} {File.Exists(definition.PathToAssembly)} {client is not null} {body}";
    }

    [Function("Action")]
    public static IActionResult Action([HttpTrigger("get", Route = "%Where%/action")] HttpRequest request) => new ObjectResult(new { path = request.Path.Value }) { StatusCode = 202 };

    [Function("Silent")]
    public static Task Silent([HttpTrigger("get", Route = "silent")] HttpRequest request) => Task.FromResult(request);

    [Function("Throws")]
    public static Task<IResult> Throws([HttpTrigger("get", Route = "throws")] HttpRequest request) => throw new InvalidOperationException($"a secret of {request.Path}");

    [Function("Scope")]
    public string Scope([HttpTrigger("get", Route = "scope")] HttpRequest request, FunctionContext context)
    {
        _ = request;
        return $"{scoped.Id} {ReferenceEquals(scoped, context.InstanceServices.GetService(typeof(Scoped)))}";
    }

    [Function("Waits")]
    public async Task Waits([HttpTrigger("get", Route = "waits")] HttpRequest request, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration gone = request.HttpContext.RequestAborted.Register(() => witness.ClientGone.TrySetResult(cancellationToken.IsCancellationRequested));
        using CancellationTokenRegistration stopped = cancellationToken.Register(() => witness.HostStopped.TrySetResult());
        witness.Arrived.TrySetResult();
        await Task.WhenAny(witness.ClientGone.Task, witness.HostStopped.Task);
    }

    public sealed class Scoped(Witness witness) : IDisposable
    {
        public Guid Id { get; } = Guid.NewGuid();

        public void Dispose() => witness.Disposed.Add(Id);
    }

    /// <summary>What tests look at from outside.</summary>
    public sealed class Witness
    {
        public TaskCompletionSource Arrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<bool> ClientGone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource HostStopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public System.Collections.Concurrent.ConcurrentBag<Guid> Disposed { get; } = [];

        public System.Collections.Concurrent.ConcurrentQueue<string> Steps { get; } = [];
    }
}
