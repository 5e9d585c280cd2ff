using System.Text.Json;
using System.Text.Json.Nodes;

namespace FunctionsHost.App;

/// <summary>What stands in an app's output folder.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Executable">Program that runs the worker, mostly <c>dotnet</c>.</param>
/// <param name="WorkerFile">Its first argument: the app's assembly.</param>
/// <param name="ExtensionsFolder">Assemblies of the app's extensions.</param>
/// <param name="StartupTypes">Assembly-qualified names of the types by which the extensions register themselves.</param>
internal sealed record AppFolder(string Path, string Executable, string WorkerFile, string ExtensionsFolder, IReadOnlyList<string> StartupTypes)
{
    // Loads the functions of an in-process app; a worker tells its own.
    private const string InProcessLoader = "Microsoft.Azure.WebJobs.Extensions.FunctionMetadataLoader";

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public string HostJson => System.IO.Path.Combine(Path, "host.json");

    public string Name => System.IO.Path.GetFileNameWithoutExtension(WorkerFile);

    /// <exception cref="FunctionAppException">It is not the output of an isolated app.</exception>
    public static AppFolder Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        JsonNode worker = Read(System.IO.Path.Combine(path, "worker.config.json"))["description"]
            ?? throw new FunctionAppException($"worker.config.json in {path} has no \"description\".");
        return new AppFolder(
            path,
            Text(worker, "defaultExecutablePath") ?? "dotnet",
            Text(worker, "defaultWorkerPath") ?? throw new FunctionAppException($"worker.config.json in {path} names no \"defaultWorkerPath\"."),
            System.IO.Path.Combine(path, ".azurefunctions"),
            [.. StartupTypesOf(System.IO.Path.Combine(path, "extensions.json"))]);
    }

    private static IEnumerable<string> StartupTypesOf(string file) =>
        from extension in File.Exists(file) ? Read(file)["extensions"] as JsonArray ?? [] : []
        let type = Text(extension, "typeName")
        where type is not null && !type.Contains(InProcessLoader, StringComparison.Ordinal)
        select type;

    private static string? Text(JsonNode? node, string name) => node?[name]?.GetValue<string>();

    private static JsonNode Read(string file)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(file), documentOptions: Lenient) ?? throw new FunctionAppException($"{file} is empty.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FunctionAppException($"{System.IO.Path.GetDirectoryName(file)} is not the output of an isolated function app: there is no {System.IO.Path.GetFileName(file)} in it.", e);
        }
        catch (JsonException e)
        {
            throw new FunctionAppException($"{file} is not valid JSON: {e.Message}", e);
        }
    }
}
