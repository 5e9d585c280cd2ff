using System.Reflection;
using Evolink.Pipeline.Storage;
using Evolink.Testing;
using Evolink.Testing.Hosting;
using FunctionsHost;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Tests.Packaging;

/// <summary>The published app as the worker that it is: started by the host's protocol, with its own extensions.</summary>
public sealed class PublishedWorkerTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public async Task It_lists_and_loads_every_function_that_the_code_declares()
    {
        await using FunctionAppHost host = await FunctionAppHost.StartAsync(new FunctionAppOptions
        {
            AppFolder = await PublishedApp.FolderAsync(),
            UseEnvironmentVariables = false,
            Settings = _ => new Dictionary<string, string?>
            {
                ["AzureWebJobsStorage"] = azurite.ConnectionString,
                [EvolinkStorage.Connection] = azurite.ConnectionString,
                ["Evolink:Storage:ConnectionString"] = azurite.ConnectionString,
                ["AzureFunctionsJobHost:extensions:durableTask:hubName"] = "published",
            },
        });

        // A function that cannot be indexed or loaded, or whose trigger no extension knows, has failed the start already.
        Assert.Equal(Declared().Order(StringComparer.Ordinal), host.Functions.Order(StringComparer.Ordinal));
        using HttpClient client = new() { BaseAddress = host.BaseUrl };
        Assert.Equal("""{"status":"ok"}""", await client.GetStringAsync("healthz/live"));
    }

    private static IEnumerable<string> Declared() =>
        from type in typeof(EvolinkFunctions).Assembly.GetTypes()
        from method in type.GetMethods()
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null
        select function.Name;
}
