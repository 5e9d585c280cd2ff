using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Text;
using Infra.Tests;

[assembly: AssemblyFixture(typeof(BicepCompiler))]

namespace Infra.Tests;

/// <summary>The Bicep compiler, started once for all tests: it takes seconds to start, and a fraction of one for a file.</summary>
public sealed class BicepCompiler : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("infra");
    private readonly Lazy<Process> _bicep = new(Start);
    private readonly Lazy<Task<Infrastructure>> _ofClone;

    public BicepCompiler() => _ofClone = new(() => Infrastructure.CompileAsync(Clone.Root, this));

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _turn.Dispose();
        if (!_bicep.IsValueCreated)
            return;
        _bicep.Value.StandardInput.Close(); // which ends it
        _bicep.Value.WaitForExit();
        _bicep.Value.Dispose();
    }

    /// <summary>What stands in the clone, compiled once.</summary>
    internal Task<Infrastructure> OfCloneAsync() => _ofClone.Value;

    /// <summary>A folder that lives as long as the tests run.</summary>
    internal string NewFolder() => _folder.CreateSubdirectory(Guid.NewGuid().ToString()).FullName;

    /// <summary>Builds and lints a file. There is no template where it has errors.</summary>
    internal async Task<(JsonNode? Template, IReadOnlyList<string> Diagnostics)> CompileAsync(string path)
    {
        JsonNode result = await CallAsync("bicep/compile", new() { ["path"] = path });
        IEnumerable<string> diagnostics = result["diagnostics"]!.AsArray()
            .Select(found => $"{found!["source"]}: {found["code"]}: {found["message"]}");
        JsonNode? template = (bool)result["success"]! ? JsonNode.Parse((string)result["contents"]!) : null;
        return (template, [.. diagnostics]);
    }

    /// <summary>The resources that Azure would be asked for, with all worked out that can be known beforehand.</summary>
    internal async Task<IReadOnlyList<JsonNode>> ResourcesAsync(string template, string parameters, string? resourceGroup)
    {
        string folder = NewFolder(), file = Path.Combine(folder, "scenario.bicepparam");
        await File.WriteAllTextAsync(Path.Combine(folder, "template.json"), template);
        await File.WriteAllTextAsync(file, $"using 'template.json'\n{parameters}");
        JsonObject target = new() { ["subscriptionId"] = Guid.Empty.ToString(), ["resourceGroup"] = resourceGroup, ["location"] = "here" };
        JsonNode result = await CallAsync("bicep/getSnapshot", new() { ["path"] = file, ["metadata"] = target });
        return [.. JsonNode.Parse((string)result["snapshot"]!)!["predictedResources"]!.AsArray().Select(resource => resource!)];
    }

    // JSON-RPC: a line with the number of bytes, an empty one, and JSON.
    private async Task<JsonNode> CallAsync(string method, JsonObject parameters)
    {
        JsonObject message = new() { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = parameters };
        string call = message.ToJsonString(); // which is ASCII
        await _turn.WaitAsync();
        try
        {
            await _bicep.Value.StandardInput.WriteAsync($"Content-Length: {call.Length}\r\n\r\n{call}");
            await _bicep.Value.StandardInput.FlushAsync();
            StreamReader answers = _bicep.Value.StandardOutput;
            char[] answer = new char[int.Parse((await answers.ReadLineAsync())!.Split(": ")[1])];
            await answers.ReadLineAsync();
            await answers.ReadBlockAsync(answer);
            JsonNode parsed = JsonNode.Parse(Encoding.Latin1.GetBytes(answer))!;
            return parsed["result"] ?? throw new InvalidOperationException($"{call}: {parsed["error"]}");
        }
        finally
        {
            _turn.Release();
        }
    }

    private static Process Start()
    {
        string bicep = typeof(BicepCompiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(path => path.Key == "Bicep")?.Value ?? "bicep";
        ProcessStartInfo start = new(bicep, ["jsonrpc", "--stdio"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.Latin1, // a character for each byte
        };
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        start.Environment["DOTNET_TieredCompilation"] = "0"; // halves the time of a run this short
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Skip($"There is no Bicep compiler ('{bicep}'), so infra/ is not checked: {e.Message}");
            throw;
        }
    }
}
