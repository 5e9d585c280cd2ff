using System.Reflection.PortableExecutable;
using System.Text.Json;
using Evolink.Testing;

namespace Evolink.Functions.Tests.Packaging;

/// <summary>What azd would deploy: dotnet publish -c Release -r linux-x64.</summary>
public sealed class PublishedAppTests
{
    [Fact]
    public async Task The_package_has_what_the_host_reads_and_nothing_of_a_local_run()
    {
        string folder = await PublishedApp.FolderAsync();

        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(Clone.Root, "host.json")), await File.ReadAllTextAsync(Path.Combine(folder, "host.json")));
        Assert.True(File.Exists(Path.Combine(folder, "functions.metadata")));
        using JsonDocument worker = await ReadAsync(folder, "worker.config.json");
        Assert.True(File.Exists(Path.Combine(folder, worker.RootElement.GetProperty("description").GetProperty("defaultWorkerPath").GetString()!)));
        using JsonDocument extensions = await ReadAsync(folder, "extensions.json");
        JsonElement[] listed = [.. extensions.RootElement.GetProperty("extensions").EnumerateArray()];
        Assert.Contains(listed, extension => extension.GetProperty("name").GetString() == "DurableTask");
        Assert.All(listed, extension => Assert.True(File.Exists(Path.Combine(folder, extension.GetProperty("hintPath").GetString()!))));
        Assert.All(listed, extension => Assert.StartsWith("./.azurefunctions/", extension.GetProperty("hintPath").GetString(), StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(folder, "local.settings*.json", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task It_is_compiled_beforehand_and_takes_the_runtime_of_the_platform()
    {
        string folder = await PublishedApp.FolderAsync();

        string[] ours = [.. Directory.EnumerateFiles(folder, "Evolink.*.dll")];
        Assert.Equal(3, ours.Length);
        Assert.All(ours, file => Assert.True(IsReadyToRun(file), file));
        using JsonDocument runtime = await ReadAsync(folder, "Evolink.Functions.runtimeconfig.json");
        Assert.NotEmpty(runtime.RootElement.GetProperty("runtimeOptions").GetProperty("frameworks").EnumerateArray());
    }

    private static bool IsReadyToRun(string file)
    {
        using PEReader reader = new(File.OpenRead(file));
        return reader.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
    }

    private static async Task<JsonDocument> ReadAsync(string folder, string file) =>
        JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, file)));
}
