using System.Reflection;

namespace RegistryGaps.Tests;

/// <summary>What code compiles against here, it compiles against on nuget.org: the same signatures, down to nullability.</summary>
public sealed class StandInApiTests
{
    private static readonly string[] Assemblies =
    [
        "DurableTask.Core",
        "Microsoft.Azure.Functions.Worker",
        "Microsoft.Azure.Functions.Worker.Core",
        "Microsoft.Azure.Functions.Worker.Extensions.Abstractions",
        "Microsoft.Azure.Functions.Worker.Extensions.DurableTask",
        "Microsoft.Azure.Functions.Worker.Extensions.Http",
        "Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore",
        "Microsoft.Azure.Functions.Worker.Extensions.Storage.Blobs",
        "Microsoft.Azure.Functions.Worker.Extensions.Storage.Queues",
        "Microsoft.Azure.Functions.Worker.Extensions.Timer",
        "Microsoft.Azure.Functions.Worker.OpenTelemetry",
        "Microsoft.DurableTask.Abstractions",
        "Microsoft.DurableTask.Client",
    ];

    // Runs against whichever packages were restored: with the real ones it checks the list itself.
    [Fact]
    public void Every_expected_signature_exists()
    {
        string[] expected = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "expected-api.txt"));

        string[] actual = [.. Assemblies.SelectMany(name => PublicApi.Describe(Assembly.Load(name)))];

        Assert.NotEmpty(expected);
        Assert.Empty(expected.Except(actual));
    }
}
