using System.Diagnostics;

namespace Infra.Tests;

/// <summary>The hook that makes keys, run for real with an "az" that keeps a vault in a folder.</summary>
public sealed class HookTests : IDisposable
{
    // FAIL: whether there is a secret cannot be found out.
    private const string Cli = """
        #!/bin/sh
        case "$*" in
          'keyvault show'*) echo /vault ;;
          'functionapp show'*) echo /site ;;
          'rest --method get'*)
            [ -z "${FAIL:-}" ] || { echo 'Forbidden' >&2; exit 1; }
            name=$(echo "$5" | sed 's/.*secrets.//; s/?.*//')
            [ -f "$VAULT/$name" ] || { echo 'SecretNotFound' >&2; exit 1; } ;;
          'rest --method put'*) cp "$(echo "$7" | cut -c2-)" "$VAULT/$(echo "$5" | sed 's/.*secrets.//; s/?.*//')" ;;
          'rest --method post'*) : > "$VAULT/.refreshed" ;;
          *) echo "az $*: not known here" >&2; exit 2 ;;
        esac
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("infra-hooks");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Keys_are_made_once_and_kept()
    {
        Assert.Equal(0, await RunAsync(fail: false));
        Dictionary<string, string> made = Vault();
        Assert.Equal(0, await RunAsync(fail: false));

        Assert.Equal(["callback-k1", "client-default-0", "webhook-default-0"], made.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(made, Vault());
        Assert.Equal(3, made.Values.Distinct(StringComparer.Ordinal).Count());
        Assert.All(made.Values, secret => Assert.Equal(32, Convert.FromBase64String(secret.Replace("whsec_", string.Empty)).Length));
        Assert.StartsWith("whsec_", made["webhook-default-0"], StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder.FullName, ".refreshed")));
    }

    [Fact]
    public async Task Nothing_is_written_when_it_is_not_known_whether_a_key_is_there()
    {
        Assert.NotEqual(0, await RunAsync(fail: true));

        Assert.Empty(Vault());
    }

    private async Task<int> RunAsync(bool fail)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The hooks for sh run elsewhere.");
        string cli = Path.Combine(_folder.FullName, "az");
        await File.WriteAllTextAsync(cli, Cli.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(cli, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        ProcessStartInfo start = new("sh", ["-c", "sh infra/hooks/postprovision.sh 2>&1"])
        {
            WorkingDirectory = Clone.Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment["PATH"] = $"{_folder.FullName}:{start.Environment["PATH"]}";
        start.Environment["VAULT"] = _folder.FullName;
        start.Environment["AZURE_KEY_VAULT"] = start.Environment["AZURE_RESOURCE_GROUP"] = start.Environment["AZURE_FUNCTION_APP"] = "x";
        start.Environment["EVOLINK_GENERATED_SECRETS"] = "client-default-0 webhook-default-0 callback-k1";
        if (fail)
            start.Environment["FAIL"] = "yes";
        using Process hook = Process.Start(start)!;
        string said = await hook.StandardOutput.ReadToEndAsync();
        await hook.WaitForExitAsync();
        Assert.All(Vault().Values, secret => Assert.DoesNotContain(secret, said, StringComparison.Ordinal));
        return hook.ExitCode;
    }

    private Dictionary<string, string> Vault() => _folder.EnumerateFiles()
        .Where(file => file.Name is not ("az" or ".refreshed"))
        .ToDictionary(file => file.Name, file => (string)JsonNode.Parse(File.ReadAllText(file.FullName))!.At("properties/value")!);
}
