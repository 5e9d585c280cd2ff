using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Infra.Tests.Bicep;

/// <summary>One Node process that parses every text the tests bring.</summary>
public sealed class BicepParser : IAsyncLifetime
{
    private static readonly string Folder = Path.Combine(Clone.Root, "eng", "bicep-check");
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter<DeclarationKind>() },
    };

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<(string Path, string Text), BicepFile> _parsed = [];
    private Process? _node;

    public async ValueTask InitializeAsync()
    {
        await InstallAsync();
        _node = Start("node", "parse.mjs");
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            _node.StandardInput.Close(); // it ends when its input does
            await _node.WaitForExitAsync();
            _node.Dispose();
        }

        _turn.Dispose();
    }

    internal async Task<BicepFile> ParseAsync(string path, string text)
    {
        await _turn.WaitAsync();
        try
        {
            if (_parsed.TryGetValue((path, text), out BicepFile? parsed))
                return parsed;
            await _node!.StandardInput.WriteLineAsync(JsonSerializer.Serialize(text));
            await _node.StandardInput.FlushAsync();
            string answer = await _node.StandardOutput.ReadLineAsync()
                ?? throw new InvalidOperationException($"{path}: the parser ended: {await _node.StandardError.ReadToEndAsync()}");
            return _parsed[(path, text)] = JsonSerializer.Deserialize<BicepFile>(answer, Json)! with { Path = path, Text = text };
        }
        finally
        {
            _turn.Release();
        }
    }

    private static async Task InstallAsync()
    {
        // npm writes this file last, so an installation that was cut short is not taken for one.
        string installed = Path.Combine(Folder, "node_modules", ".package-lock.json");
        string pinned = Path.Combine(Folder, "package-lock.json");
        if (File.Exists(installed) && File.GetLastWriteTimeUtc(installed) >= File.GetLastWriteTimeUtc(pinned))
            return;
        string[] arguments = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
        // npm is a batch file on Windows, which only the shell can start.
        using Process npm = OperatingSystem.IsWindows() ? Start("cmd", ["/d", "/c", "npm", .. arguments]) : Start("npm", arguments);
        npm.StandardInput.Close();
        Task<string> output = npm.StandardOutput.ReadToEndAsync();
        string errors = await npm.StandardError.ReadToEndAsync();
        await output;
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0)
            throw new InvalidOperationException($"npm ci in {Folder} failed: {errors}");
    }

    private static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Folder,
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        StandardInputEncoding = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        StandardOutputEncoding = System.Text.Encoding.UTF8,
    })!;
}
