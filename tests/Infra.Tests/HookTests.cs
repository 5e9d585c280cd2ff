using System.Diagnostics;
using System.Reflection;

namespace Infra.Tests;

/// <summary>The hooks of azd, run for real under both shells, with an "az" that records its calls and keeps a vault in a folder.</summary>
public sealed class HookTests : IDisposable
{
    // FAIL: a pattern; calls that match it fail.
    private const string Cli = """
        #!/bin/sh
        printf '%s\n' "$*" | sed 's/@[^ ]*/@file/' >> "$RECORD"
        if [ -n "${FAIL:-}" ]; then
          case "$*" in *"$FAIL"*) echo 'Forbidden' >&2; exit 1 ;; esac
        fi
        name=$(echo "${5:-}" | sed 's/.*secrets.//; s/?.*//')
        case "$*" in
          'account show'*) echo 00000000-0000-0000-0000-000000000001 ;;
          'provider show --namespace Microsoft.App '*) echo "$REGISTRATION" ;;
          'resource show --ids '*) exit 3 ;;
          'keyvault show'*) echo /vault ;;
          'functionapp show'*) echo /site ;;
          'rest --method get'*) [ -f "$VAULT/$name" ] || { echo 'SecretNotFound' >&2; exit 1; } ;;
          'rest --method put'*) cp "$(echo "$7" | cut -c2-)" "$VAULT/$name" ;;
          'rest --method post'*listkeys*) echo true ;;
          'rest --method post'*refresh*) ;;
          'deployment group create'*) ;;
          *) echo "az $*: not known here" >&2; exit 2 ;;
        esac
        """;

    private const string NeedsProvider = "az provider register --namespace Microsoft.App --wait";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("infra-hooks");

    public static TheoryData<string> Shells => ["sh", "pwsh"];

    private string Vault => Path.Combine(_folder.FullName, "vault");

    private string Record => Path.Combine(_folder.FullName, "calls");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Keys_are_made_once_and_kept(string shell)
    {
        Assert.Equal(0, (await RunAsync(shell, "postprovision")).ExitCode);
        Dictionary<string, string> made = Secrets();
        Assert.Equal(0, (await RunAsync(shell, "postprovision")).ExitCode);

        Assert.Equal(["callback-k1", "client-default-0", "webhook-default-0"], made.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(made, Secrets());
        Assert.Equal(3, made.Values.Distinct(StringComparer.Ordinal).Count());
        Assert.All(made.Values, secret => Assert.Equal(32, Convert.FromBase64String(secret.Replace("whsec_", string.Empty)).Length));
        Assert.StartsWith("whsec_", made["webhook-default-0"], StringComparison.Ordinal);
        Assert.Equal(2, Calls().Count(call => call.Contains("/config/configreferences/appsettings/refresh", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Nothing_is_written_when_it_is_not_known_whether_a_key_is_there(string shell)
    {
        Assert.NotEqual(0, (await RunAsync(shell, "postprovision", ("FAIL", "rest --method get"))).ExitCode);

        Assert.Empty(Secrets());
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_private_network_is_not_begun_without_its_resource_provider(string shell)
    {
        (int missing, string told) = await RunAsync(shell, "preprovision", ("PRIVATE_NETWORK", "true"), ("REGISTRATION", "NotRegistered"));
        (int there, string noted) = await RunAsync(shell, "preprovision", ("PRIVATE_NETWORK", "true"), ("REGISTRATION", "Registered"));
        (int unasked, _) = await RunAsync(shell, "preprovision", ("REGISTRATION", "NotRegistered"));

        Assert.NotEqual(0, missing);
        Assert.Contains(NeedsProvider, Unwrapped(told), StringComparison.Ordinal);
        Assert.Equal(0, there);
        Assert.Contains("VideoDelivery Proxy", noted, StringComparison.Ordinal);
        Assert.Equal(0, unasked);
    }

    [Theory]
    [InlineData("sh", "account show", null, "az login")]
    [InlineData("pwsh", "account show", null, "az login")]
    [InlineData("sh", null, "00000000-0000-0000-0000-000000000002", "az account set --subscription 00000000-0000-0000-0000-000000000002")]
    [InlineData("pwsh", null, "00000000-0000-0000-0000-000000000002", "az account set --subscription 00000000-0000-0000-0000-000000000002")]
    public async Task What_is_missing_is_told_before_anything_is_made(string shell, string? fails, string? subscription, string command)
    {
        (int exitCode, string told) = await RunAsync(shell, "preprovision", ("FAIL", fails), ("AZURE_SUBSCRIPTION_ID", subscription));

        Assert.NotEqual(0, exitCode);
        Assert.Contains(command, Unwrapped(told), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Without_a_key_of_Evolink_there_is_a_note_and_no_failure(string shell)
    {
        (int without, string told) = await RunAsync(shell, "preprovision");
        (int with, string silent) = await RunAsync(shell, "preprovision", ("EVOLINK_API_KEY", "sk-of-the-test"));

        Assert.Equal((0, 0), (without, with));
        Assert.Contains("EVOLINK_API_KEY is not set", told, StringComparison.Ordinal);
        Assert.Empty(silent.Trim());
    }

    [Fact]
    public async Task Both_shells_make_the_same_calls()
    {
        List<string[]> calls = [];
        foreach (string shell in (string[])["sh", "pwsh"])
        {
            foreach (string hook in (string[])["preprovision", "postprovision", "postdeploy"])
            {
                (int exitCode, string told) = await RunAsync(shell, hook, ("PRIVATE_NETWORK", "true"), ("REGISTRATION", "Registered"));
                Assert.True(exitCode == 0, $"{hook} under {shell}: {told}");
            }

            calls.Add(Calls());
            File.Delete(Record);
            Directory.Delete(Vault, recursive: true);
        }

        Assert.Contains(calls[0], call => call.StartsWith("deployment group create", StringComparison.Ordinal)
            && call.Contains("storageName=st", StringComparison.Ordinal));
        Assert.Equal(calls[0], calls[1]);
    }

    private async Task<(int ExitCode, string Told)> RunAsync(string shell, string hook, params (string Name, string? Value)[] variables)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The recording az is a script for sh.");
        await WriteCliAsync();
        Directory.CreateDirectory(Vault);
        ProcessStartInfo start = new(shell == "sh" ? "sh" : "dotnet")
        {
            WorkingDirectory = Clone.Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in shell == "sh" ? [$"infra/hooks/{hook}.sh"] : PowerShell($"infra/hooks/{hook}.ps1"))
            start.ArgumentList.Add(argument);
        foreach (string name in (string[])["EVOLINK_API_KEY", "AZURE_SUBSCRIPTION_ID", "PRIVATE_NETWORK", "VIDEO_DELIVERY", "FAIL"])
            start.Environment.Remove(name);
        start.Environment["PATH"] = $"{_folder.FullName}:{start.Environment["PATH"]}";
        (start.Environment["VAULT"], start.Environment["RECORD"]) = (Vault, Record);
        (start.Environment["AZURE_KEY_VAULT"], start.Environment["AZURE_RESOURCE_GROUP"]) = ("kv", "rg");
        (start.Environment["AZURE_FUNCTION_APP"], start.Environment["AZURE_STORAGE_ACCOUNT"]) = ("func", "st");
        start.Environment["AZURE_EVENT_GRID_SYSTEM_TOPIC"] = "topic";
        start.Environment["SERVICE_APP_ENDPOINT_URL"] = "https://app.example.com";
        start.Environment["EVOLINK_GENERATED_SECRETS"] = "client-default-0 webhook-default-0 callback-k1";
        // No colours, which would stand within the words.
        (start.Environment["NO_COLOR"], start.Environment["POWERSHELL_TELEMETRY_OPTOUT"]) = ("1", "1");
        foreach ((string name, string? value) in variables.Where(variable => variable.Value is not null))
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string told = await process.StandardOutput.ReadToEndAsync() + await errors;
        await process.WaitForExitAsync();
        Assert.All(Secrets().Values, secret => Assert.DoesNotContain(secret, told, StringComparison.Ordinal));
        return (process.ExitCode, told);
    }

    private static string[] PowerShell(string script)
    {
        string program = typeof(HookTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(path => path.Key == "PowerShell").Value!;
        return ["exec", program, "-NoLogo", "-NoProfile", "-NonInteractive", "-File", script];
    }

    // PowerShell breaks what it throws into lines of the terminal's width.
    private static string Unwrapped(string told) =>
        string.Join(' ', told.Split([' ', '\n', '\r', '|'], StringSplitOptions.RemoveEmptyEntries));

    private async Task WriteCliAsync()
    {
        string cli = Path.Combine(_folder.FullName, "az");
        await File.WriteAllTextAsync(cli, Cli.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(cli, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string[] Calls() => File.ReadAllLines(Record);

    private Dictionary<string, string> Secrets() => Directory.GetFiles(Vault)
        .ToDictionary(file => Path.GetFileName(file), file => (string)JsonNode.Parse(File.ReadAllText(file))!.At("properties/value")!);
}
