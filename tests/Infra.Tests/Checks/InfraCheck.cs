using Infra.Tests.Bicep;
using Infra.Tests.Evaluation;

namespace Infra.Tests.Checks;

/// <summary>Everything that is checked of infra/, in the order in which one mistake would hide another.</summary>
internal static class InfraCheck
{
    private const string Main = "infra/main.bicep";
    private const string Uploads = "infra/uploads.bicep";

    public static async Task<IReadOnlyList<Problem>> RunAsync(InfraSources sources, BicepParser parser)
    {
        Dictionary<string, BicepFile> files = await ParseAsync(sources, parser);
        List<Problem> problems =
        [
            .. from file in files.Values from error in file.Errors select new Problem(file.Path, error.Line, $"This is no Bicep: {error.Text}"),
        ];
        if (problems.Count > 0)
            return problems;
        ModuleCheck modules = new(files);
        problems = [.. files.Values.SelectMany(file => NameCheck.Run(file).Concat(modules.Run(file)).Concat(AddressCheck.Run(file)).Concat(RoleCheck.Names(file)))];
        problems.AddRange(ParameterFileCheck.Run(sources, files[Main]));
        problems.AddRange(HookCheck.Run(sources, files[Main], files[Uploads]));
        if (problems.Count > 0)
            return problems;
        return Evaluated(sources, files);
    }

    public static async Task<IReadOnlyList<Outcome>> OutcomesAsync(InfraSources sources, BicepParser parser)
    {
        Dictionary<string, BicepFile> files = await ParseAsync(sources, parser);
        return [.. Scenario.All.Select(scenario => Deploy(scenario, sources, files))];
    }

    private static async Task<Dictionary<string, BicepFile>> ParseAsync(InfraSources sources, BicepParser parser)
    {
        Dictionary<string, BicepFile> files = new(StringComparer.Ordinal);
        foreach (string path in sources.Bicep)
            files[path] = await parser.ParseAsync(path, sources[path]);
        return files;
    }

    private static List<Problem> Evaluated(InfraSources sources, Dictionary<string, BicepFile> files)
    {
        HashSet<Declaration> deployed = [];
        foreach (Scenario scenario in Scenario.All)
        {
            Outcome outcome;
            try
            {
                outcome = Deploy(scenario, sources, files);
            }
            catch (Exception e) when (e is NotSupportedException or KeyNotFoundException or InvalidCastException or NullReferenceException or ArgumentException)
            {
                return [new("infra", 0, $"{scenario.Name}: {e.Message}")];
            }

            List<Problem> problems =
            [
                .. outcome.Deployment.Problems,
                .. outcome.Deployment.Resources.SelectMany(TypeCheck.Run),
                .. RoleCheck.Run(outcome),
                .. SettingsCheck.Run(outcome, sources),
                .. StorageCheck.Run(outcome),
                .. TelemetryCheck.Run(outcome),
            ];
            if (problems.Count > 0)
                return problems; // those of the next scenario would be the same
            deployed.UnionWith(outcome.Deployment.Resources.Select(resource => resource.Declaration));
        }

        return
        [
            .. from file in files.Values
               from resource in file.Resources()
               where !resource.Existing && !deployed.Contains(resource)
               select Problem.At(file, resource, $"No scenario deploys '{resource.Name}', so nobody checks it."),
        ];
    }

    private static Outcome Deploy(Scenario scenario, InfraSources sources, Dictionary<string, BicepFile> files)
    {
        Deployment deployment = Deployment.Of(sources, files, KnownTypes.Table, Main, scenario.Parameters);
        // What the postdeploy hook adds, with the outputs of the first.
        Deployment uploads = Deployment.Of(sources, files, KnownTypes.Table, Uploads, new Dictionary<string, object?>
        {
            ["appName"] = deployment.Root!.Output("AZURE_FUNCTION_APP"),
            ["systemTopicName"] = deployment.Root.Output("AZURE_EVENT_GRID_SYSTEM_TOPIC"),
            ["storageName"] = deployment.Root.Output("AZURE_STORAGE_ACCOUNT"),
        });
        deployment.Resources.AddRange(uploads.Resources);
        deployment.Problems.AddRange(uploads.Problems);
        return new(scenario, deployment);
    }
}
