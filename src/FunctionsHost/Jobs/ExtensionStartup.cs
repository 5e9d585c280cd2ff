using System.Reflection;
using System.Runtime.Loader;
using Microsoft.Azure.WebJobs.Hosting;

namespace FunctionsHost.Jobs;

/// <summary>The types by which the app's extensions register themselves.</summary>
internal sealed class ExtensionStartup(AppFolder app, AssemblyLoadContext context) : IWebJobsStartupTypeLocator
{
    /// <exception cref="FunctionAppException">An extension cannot be loaded.</exception>
    public Type[] GetStartupTypes() => [.. app.StartupTypes.Select(Load)];

    private Type Load(string typeName)
    {
        try
        {
            // Whatever version extensions.json names: the one that lies in the folder.
            return Type.GetType(typeName, name => context.LoadFromAssemblyName(new AssemblyName(name.Name!)), null, throwOnError: true)!;
        }
        catch (Exception e) when (e is IOException or TypeLoadException or BadImageFormatException)
        {
            throw new FunctionAppException($"The extension {typeName.Split(',')[0]} of {app.Name} cannot be loaded from {app.ExtensionsFolder}: {e.Message}", e);
        }
    }
}
