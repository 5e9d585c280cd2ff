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

    public static async Task<IReadOnlyList<Outcome>> OutcomesAsync(InfraSources sources, BicepParser parser) => Outcomes(sources, await ParseAsync(sources, parser));

    private static async Task<Dictionary<string, BicepFile>> ParseAsync(InfraSources sources, BicepParser parser)
    {
        Dictionary<string, BicepFile> files = new(StringComparer.Ordinal);
        foreach (string path in sources.Bicep)
            files[path] = await parser.ParseAsync(path, sources[path]);
        return files;
    }

    private static List<Problem> Evaluated(InfraSources sources, Dictionary<string, BicepFile> files)
    {
        IReadOnlyList<Outcome> outcomes;
        try
        {
            outcomes = Outcomes(sources, files);
        }
        catch (Exception e) when (e is NotSupportedException or KeyNotFoundException or InvalidCastException or NullReferenceException or ArgumentException)
        {
            return [new("infra", 0, e.Message)];
        }

        List<Problem> problems = [.. outcomes.SelectMany(outcome => outcome.Deployment.Problems)];
        foreach (Outcome outcome in outcomes)
        {
            problems.AddRange(outcome.Deployment.Resources.SelectMany(TypeCheck.Run));
            problems.AddRange(RoleCheck.Run(outcome));
            problems.AddRange(SettingsCheck.Run(outcome, sources));
            problems.AddRange(StorageCheck.Run(outcome));
            problems.AddRange(TelemetryCheck.Run(outcome));
        }

        HashSet<Declaration> deployed = [.. outcomes.SelectMany(outcome => outcome.Deployment.Resources).Select(resource => resource.Declaration)];
        problems.AddRange(from file in files.Values
                          from resource in file.Resources()
                          where !resource.Existing && !deployed.Contains(resource)
                          select Problem.At(file, resource, $"No scenario deploys '{resource.Name}', so nobody checks it."));
        return [.. problems.Distinct()];
    }

    private static List<Outcome> Outcomes(InfraSources sources, Dictionary<string, BicepFile> files)
    {
        List<Outcome> outcomes = [.. Scenario.All.Select(scenario => new Outcome(scenario, Deployment.Of(sources, files, KnownTypes.Table, Main, scenario.Parameters)))];
        foreach (Outcome outcome in outcomes)
        {
            // What the postdeploy hook adds, with the outputs of the first.
            object? Output(string name) => outcome.Deployment.Root!.Output(name);
            outcome.Deployment.Resources.AddRange(Deployment.Of(sources, files, KnownTypes.Table, Uploads, new Dictionary<string, object?>
            {
                ["appName"] = Output("AZURE_FUNCTION_APP"),
                ["systemTopicName"] = Output("AZURE_EVENT_GRID_SYSTEM_TOPIC"),
                ["storageName"] = Output("AZURE_STORAGE_ACCOUNT"),
            }).Resources);
        }

        return outcomes;
    }
}
