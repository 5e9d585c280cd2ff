using System.Text.RegularExpressions;

namespace Infra.Tests.Checks;

/// <summary>The hooks of azure.yaml are there for both shells, and use what the deployment gives them.</summary>
internal static partial class HookCheck
{
    public static IEnumerable<string> Run(Infrastructure infrastructure)
    {
        string[] files = Directory.GetFiles(Path.Combine(infrastructure.Root, "infra", "hooks"));
        string[] hooks = [.. files.Select(file => $"infra/hooks/{Path.GetFileName(file)}")];
        string[] run = [.. RunHook().Matches(infrastructure.Text("azure.yaml")).Select(match => match.Value)];
        foreach (string path in hooks.Except(run))
            yield return $"azure.yaml does not run {path}.";
        foreach (string path in run.Except(hooks))
            yield return $"There is no {path}.";
        foreach (string path in hooks.Select(path => Path.ChangeExtension(path, IsForSh(path) ? ".ps1" : ".sh")).Except(hooks))
            yield return $"There is no {path} for the other shell.";
        IEnumerable<string> outputs = infrastructure.Main!["outputs"]!.AsObject().Select(output => output.Key);
        string[] known = ["AZURE_SUBSCRIPTION_ID", .. outputs, .. ParameterFileCheck.Variables(infrastructure.Root)];
        JsonObject parameters = infrastructure.Uploads!["parameters"]!.AsObject();
        string[] needed = [.. from parameter in parameters where parameter.Value!["defaultValue"] is null select parameter.Key];
        foreach (string path in hooks.Where(path => path.Contains("preprovision", StringComparison.Ordinal)))
        {
            string text = infrastructure.Text(path);
            IEnumerable<string> unasked =
                Delegated(infrastructure).Where(name => !text.Contains($"az provider show --namespace {name} ", StringComparison.Ordinal));
            foreach (string provider in unasked)
                yield return $"{path}: whether {provider} is registered, to which a subnet is delegated, is not asked.";
        }

        foreach (string path in hooks)
        {
            string text = infrastructure.Text(path);
            foreach (string name in (IsForSh(path) ? OfSh() : OfPwsh()).Matches(text).Select(match => match.Value).Except(known))
                yield return $"{path}: ${name} is neither an output of main.bicep nor a variable of its parameters.";
            HashSet<string> given = [.. Given().Matches(text).Select(match => match.Value)];
            if (path.Contains("postdeploy", StringComparison.Ordinal) && !given.SetEquals(needed))
                yield return $"{path}: uploads.bicep needs {string.Join(", ", needed)}.";
        }
    }

    // Resource Manager registers providers of resources that it makes, and none that is only named.
    private static IEnumerable<string> Delegated(Infrastructure infrastructure) =>
        Delegation().Matches(infrastructure.Main!.ToJsonString()).Select(match => match.Value).Distinct();

    private static bool IsForSh(string path) => path.EndsWith(".sh", StringComparison.Ordinal);

    [GeneratedRegex("(?<=\"serviceName\":\")[A-Za-z.]+(?=/)", RegexOptions.None, 1000)]
    private static partial Regex Delegation();

    [GeneratedRegex(@"(?<=\$\{?)[A-Z][A-Z_]+", RegexOptions.None, 1000)]
    private static partial Regex OfSh();

    [GeneratedRegex(@"(?<=\$\{?env:)[A-Z][A-Z_]+", RegexOptions.None, 1000)]
    private static partial Regex OfPwsh();

    [GeneratedRegex(@"(?<=run: )[^\s}]+", RegexOptions.None, 1000)]
    private static partial Regex RunHook();

    [GeneratedRegex(@"(?<=--parameters [^\n]*)\b[a-z][A-Za-z]+(?==)", RegexOptions.None, 1000)]
    private static partial Regex Given();
}
