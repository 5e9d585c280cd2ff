using System.Reflection;

namespace FunctionsHost.Tests.Support;

/// <summary>Where the build left what the tests run.</summary>
internal static class Paths
{
    public static string SampleApp { get; } = Read("SampleApp");

    public static string TestProgram { get; } = Read("TestProgram");

    public static string Azurite { get; } = Read("Azurite");

    private static string Read(string key) =>
        typeof(Paths).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(data => data.Key == key).Value!;
}
