using System.Text.Encodings.Web;
using System.Text.RegularExpressions;

namespace Infra.Tests;

/// <summary>The infrastructure of a clone, compiled.</summary>
/// <param name="Root">The folder of azure.yaml and infra/.</param>
/// <param name="Diagnostics">What the compiler complains of.</param>
/// <param name="Main">The template of main.bicep; null where it has errors.</param>
/// <param name="Uploads">That of uploads.bicep, which the postdeploy hook deploys.</param>
internal sealed partial record Infrastructure(string Root, IReadOnlyList<string> Diagnostics, JsonNode? Main, JsonNode? Uploads)
{
    private const string ForUploads = "param appName = 'func'\nparam systemTopicName = 'topic'\nparam storageName = 'st'";

    public static async Task<Infrastructure> CompileAsync(string root, BicepCompiler compiler)
    {
        (JsonNode? main, IReadOnlyList<string> diagnostics) = await compiler.CompileAsync(Path.Combine(root, "infra", "main.bicep"));
        (JsonNode? uploads, IReadOnlyList<string> more) = await compiler.CompileAsync(Path.Combine(root, "infra", "uploads.bicep"));
        return new(root, [.. diagnostics, .. more], main, uploads);
    }

    /// <summary>A file, by its path in the clone.</summary>
    public string Text(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    public async Task<Deployment> DeployAsync(Scenario scenario, BicepCompiler compiler) => new(scenario, [
        .. await compiler.ResourcesAsync(FilledIn(Main!), scenario.Parameters, null),
        .. await compiler.ResourcesAsync(FilledIn(Uploads!), ForUploads, "group"),
    ]);

    /// <summary>What only Azure knows gets the name of its source, like 'identity.clientId', so that all else can be worked out.</summary>
    private static string FilledIn(JsonNode template)
    {
        JsonNode known = template.DeepClone();
        known["outputs"] = new JsonObject();
        string json = known.ToJsonString(new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        return FromAzure().Replace(ListedKey().Replace(json, "'the-key'"), value =>
        {
            string name = $"{value.Groups["name"].Value}.{value.Groups["path"].Value}";
            return Address().IsMatch(name) ? $"'https://{name}/'" : $"'{name}'";
        });
    }

    // reference('module').outputs.x.value, reference(resourceId('Some.Namespace/type', ...), 'version').x
    [GeneratedRegex("""
        reference\(('(?<name>\w+)'|resourceId\('[^']*?(?<name>\w+)'([^()]|\(([^()]|\([^()]*\))*\))*\),[ ]'[^']+'(,[ ]'full')?)\)
        \.(outputs\.)?(?<path>\w+(\.\w+)*?)(\.value)?(?![\w.])
        """, RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace, 1000)]
    private static partial Regex FromAzure();

    [GeneratedRegex(@"listKeys\(.*?\)\.systemKeys\.\w+", RegexOptions.None, 1000)]
    private static partial Regex ListedKey();

    [GeneratedRegex("[eE]ndpoint$|primaryEndpoints|uri$", RegexOptions.None, 1000)]
    private static partial Regex Address();
}
