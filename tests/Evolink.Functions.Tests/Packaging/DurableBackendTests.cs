using System.Diagnostics;
using System.Text.Json;
using Evolink.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Functions.Tests.Packaging;

public sealed class DurableBackendTests
{
    private const string Setting = "AzureFunctionsJobHost:extensions:durableTask:storageProvider:type";

    [Fact]
    public void An_app_without_the_schedulers_extension_refuses_to_start_on_it()
    {
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => Start("azureManaged"));

        Assert.Contains("DURABLE_BACKEND=scheduler", refused.Message, StringComparison.Ordinal);
        Assert.Contains("AzureFunctionsJobHost__extensions__durableTask__storageProvider__type", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("azureStorage")]
    public void On_Azure_Storage_it_starts(string? type) => Start(type);

    [Fact]
    public void An_app_with_the_schedulers_extension_starts_on_it()
    {
        AppContext.SetSwitch(DurableBackend.HasScheduler, true); // as runtimeconfig.json does in such a build
        try
        {
            Start("azureManaged");
        }
        finally
        {
            AppContext.SetSwitch(DurableBackend.HasScheduler, false);
        }
    }

    [Theory]
    [InlineData("scheduler", true)]
    [InlineData("storage", false)]
    [InlineData("", false)]
    public async Task The_variable_that_infra_reads_decides_what_is_built(string variable, bool scheduler)
    {
        ProcessStartInfo start = new("dotnet", ["msbuild", "src/Evolink.Functions", "-getItem:PackageReference,RuntimeHostConfigurationOption"])
        {
            WorkingDirectory = Clone.Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment["DURABLE_BACKEND"] = variable;
        using Process evaluation = Process.Start(start)!;
        using JsonDocument items = JsonDocument.Parse(await evaluation.StandardOutput.ReadToEndAsync());
        await evaluation.WaitForExitAsync();

        Assert.Equal(scheduler, Has("PackageReference", "Microsoft.Azure.Functions.Worker.Extensions.DurableTask.AzureManaged"));
        Assert.Equal(scheduler, Has("RuntimeHostConfigurationOption", DurableBackend.HasScheduler));
        string parameters = await File.ReadAllTextAsync(Path.Combine(Clone.Root, "infra", "main.parameters.json"));
        Assert.Contains("${DURABLE_BACKEND=storage}", parameters, StringComparison.Ordinal);

        bool Has(string kind, string name) => items.RootElement.GetProperty("Items").GetProperty(kind).EnumerateArray()
            .Any(item => item.GetProperty("Identity").GetString() == name);
    }

    private static void Start(string? type) => new ServiceCollection().AddEvolink(
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(Setting, type)]).Build());
}
