using Evolink.LocalHost.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.LocalHost.Tests.Hosting;

public sealed class DurableHostTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestApp.Witness _witness = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_orchestration_and_its_activities_run_through_middleware_and_scopes(bool replayEveryStep)
    {
        await using LocalFunctionsHost host = await LocalFunctionsHost.StartAsync(new LocalFunctionsHostOptions
        {
            FunctionApp = typeof(App).Assembly,
            FunctionClasses = [typeof(App)],
            ConfigureServices = (services, _, _) => services.AddSingleton(_witness).AddScoped<TestApp.Scoped>(),
            ConfigureWorker = worker => worker.Use(next => context =>
            {
                _witness.Steps.Enqueue(context.FunctionDefinition.InputBindings.Values.Single().Type);
                return next(context);
            }),
            JournalPath = _folder["journal.db"],
            UseEnvironmentVariables = false,
            ReplayEveryStep = replayEveryStep,
        });

        string id = await host.DurableClient.ScheduleNewOrchestrationInstanceAsync("greet", new Order("cat", 3));
        OrchestrationMetadata done = await host.DurableClient.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);

        Assert.Equal((OrchestrationRuntimeStatus.Completed, $"cat cat cat for {id}"), (done.RuntimeStatus, done.ReadOutputAs<string>()));
        Assert.Equal(["activityTrigger", "orchestrationTrigger"], _witness.Steps.Distinct().Order());
        Assert.NotEmpty(_witness.Disposed);
    }

    public sealed record Order(string Word, int Times);

    public sealed class App(TestApp.Scoped scoped)
    {
        [Function("Greet")]
        public static async Task<string> Greet([OrchestrationTrigger] TaskOrchestrationContext context, Order order) =>
            await context.CallActivityAsync<string>("Repeat", order);

        [Function("Repeat")]
        public ValueTask<string> Repeat([ActivityTrigger] Order order, string instanceId) =>
            ValueTask.FromResult(scoped.Id == Guid.Empty ? "" : $"{string.Join(' ', Enumerable.Repeat(order.Word, order.Times))} for {instanceId}");
    }
}
