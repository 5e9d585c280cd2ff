using System.Diagnostics;
using System.Reflection;
using Evolink.Testing;
using Evolink.Testing.Hosting;
using FunctionsHost;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Tests.Published;

/// <summary>
/// What <c>dotnet publish -c Release</c> makes is what Azure runs: it is started here as the worker that it is, by the host's protocol, and has to list and
/// load every function that the code declares.
/// </summary>
public sealed class PublishedAppTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public async Task The_published_app_lists_and_loads_every_function_that_the_code_declares()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("evolink-published-");
        try
        {
            await PublishAsync(folder.FullName);

            await using FunctionAppHost host = await FunctionAppHost.StartAsync(new FunctionAppOptions
            {
                AppFolder = folder.FullName,
                UseEnvironmentVariables = false,
                Settings = _ => new Dictionary<string, string?>
                {
                    ["AzureWebJobsStorage"] = azurite.ConnectionString,
                    ["Evolink:Storage:ConnectionString"] = azurite.ConnectionString,
                    ["AzureFunctionsJobHost:extensions:durableTask:hubName"] = "published",
                },
            });

            Assert.Equal(Declared().Order(StringComparer.Ordinal), host.Functions.Order(StringComparer.Ordinal));
            AssertPackage(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<string> Declared() =>
        from type in typeof(EvolinkFunctions).Assembly.GetTypes()
        from method in type.GetMethods()
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null
        select function.Name;

    private static void AssertPackage(string folder)
    {
        Assert.All(["host.json", "worker.config.json", "functions.metadata", "extensions.json"], file => Assert.True(File.Exists(Path.Combine(folder, file)), file));
        Assert.True(Directory.Exists(Path.Combine(folder, ".azurefunctions")));
        Assert.False(File.Exists(Path.Combine(folder, "local.settings.json")), "Local settings hold keys.");
        // ReadyToRun code is several times the size of the IL alone.
        Assert.True(IsReadyToRun(Path.Combine(folder, "Evolink.Functions.dll")), "The app is not compiled beforehand.");
    }

    private static bool IsReadyToRun(string assembly)
    {
        using System.Reflection.PortableExecutable.PEReader reader = new(File.OpenRead(assembly));
        return reader.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
    }

    private static async Task PublishAsync(string folder)
    {
        string project = Path.Combine(Clone.Root, "src", "Evolink.Functions");
        // A folder for what is built, too: the project's own is in use by whoever runs these tests.
        ProcessStartInfo start = new("dotnet", ["publish", project, "-c", "Release", "-r", "linux-x64", "-o", folder, "-v", "q", "-nologo"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process publish = Process.Start(start)!;
        Task<string> errors = publish.StandardError.ReadToEndAsync();
        string output = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        Assert.True(publish.ExitCode == 0, $"{output}{await errors}");
        Assert.DoesNotContain("warning", output, StringComparison.OrdinalIgnoreCase);
    }
}
