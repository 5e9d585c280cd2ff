using System.Reflection;
using System.Runtime.Loader;

namespace FunctionsHost.Jobs;

/// <summary>
/// Loads the app's extensions with their own versions of what they stand on (Azure.*, Grpc.*, Protobuf), so that an app with newer ones works.
/// Shared with the host is only what their contract with it is made of.
/// </summary>
internal sealed class ExtensionLoadContext(string folder) : AssemblyLoadContext("Extensions of the function app")
{
    private static readonly string[] Shared =
    [
        "Microsoft.Azure.WebJobs", "Microsoft.Azure.WebJobs.Host", "Microsoft.Azure.WebJobs.Extensions", "Microsoft.Azure.WebJobs.Extensions.Http",
        "Microsoft.Azure.WebJobs.Rpc.Core", "Microsoft.ApplicationInsights", "Newtonsoft.Json", "Newtonsoft.Json.Bson", "NCrontab.Signed",
        "System.Memory.Data",
    ];

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string name = assemblyName.Name!;
        if (IsShared(name))
            return null;
        string file = Path.Combine(folder, $"{name}.dll");
        return File.Exists(file) ? LoadFromAssemblyPath(file) : null;
    }

    private static bool IsShared(string name) =>
        Shared.Contains(name, StringComparer.OrdinalIgnoreCase)
        || (name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal) && name != "Microsoft.Extensions.Azure");
}
