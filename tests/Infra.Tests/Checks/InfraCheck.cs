namespace Infra.Tests.Checks;

/// <summary>Everything that is checked of infra/: by the compiler, and beyond what it can know.</summary>
internal static class InfraCheck
{
    public static async Task<IReadOnlyList<string>> RunAsync(Infrastructure infrastructure, BicepCompiler compiler)
    {
        if (infrastructure.Main is null || infrastructure.Uploads is null)
            return infrastructure.Diagnostics;
        List<string> problems = [.. infrastructure.Diagnostics];
        problems.AddRange(ParameterFileCheck.Run(infrastructure));
        problems.AddRange(HookCheck.Run(infrastructure));
        // The compiler does not mind when a secret is passed to a parameter that is not one.
        if ((string?)infrastructure.Main.At("resources/vault/properties/template/parameters/evolinkApiKey/type") != "securestring")
            problems.Add("The API key of vault.bicep is not @secure(): it would be kept in the history of deployments.");
        problems.AddRange(RetentionCheck.Run(infrastructure));
        foreach (Scenario scenario in Scenario.All.TakeWhile(_ => problems.Count == 0)) // those of the next one would be the same
        {
            Deployment deployment = await infrastructure.DeployAsync(scenario, compiler);
            IEnumerable<string> found =
            [
                .. RoleCheck.Run(deployment), .. SettingsCheck.Run(deployment, infrastructure), .. StorageCheck.Run(deployment),
                .. TelemetryCheck.Run(deployment), .. AlertCheck.Run(deployment),
            ];
            problems.AddRange(found.Select(problem => $"{scenario.Name}: {problem}"));
        }

        return problems;
    }
}
