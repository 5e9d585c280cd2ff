using System.Reflection;

namespace Evolink.LocalHost.Hosting;

/// <summary>Where the function app lies that this program runs: it starts it as Azure does, and knows nothing of its code.</summary>
public static class FunctionApp
{
    private const string Key = "FunctionAppFolder";

    /// <summary>The output folder of Evolink.Functions, built together with this program.</summary>
    public static string Folder { get; } =
        typeof(FunctionApp).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(data => data.Key == Key).Value!;
}
