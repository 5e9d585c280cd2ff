using System.Diagnostics;

namespace Evolink.Testing;

/// <summary>Programs from npm that a folder of <c>eng/</c> pins by its lock file, installed on first use.</summary>
public static class NodePackages
{
    /// <summary>Whether Node is on the PATH.</summary>
    public static bool HasNode { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "node.exe" : "node")));

    /// <summary>A file of the folder's packages.</summary>
    /// <param name="folder">Name of the folder in <c>eng/</c>.</param>
    /// <param name="file">The file, below <c>node_modules</c>.</param>
    public static async Task<string> FileAsync(string folder, string file)
    {
        string root = Path.Combine(Clone.Root, "eng", folder);
        string path = Path.Combine(root, "node_modules", file);
        if (!File.Exists(path))
            await InstallAsync(root);
        return path;
    }

    /// <summary>Runs a script of the folder's packages there.</summary>
    /// <returns>Its exit code and everything that it wrote.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(string folder, string script, params string[] arguments)
    {
        string path = await FileAsync(folder, script);
        return await RunAsync(Start("node", [path, .. arguments], Path.Combine(Clone.Root, "eng", folder)));
    }

    /// <summary>Runs a script that lies in the folder itself, beside its packages.</summary>
    /// <param name="folder">Name of the folder in <c>eng/</c>.</param>
    /// <param name="package">One of its packages, by which it is seen whether they are installed.</param>
    /// <param name="script">The script.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>Its exit code and everything that it wrote.</returns>
    public static async Task<(int ExitCode, string Output)> RunOwnAsync(string folder, string package, string script, params string[] arguments)
    {
        await FileAsync(folder, Path.Combine(package, "package.json"));
        return await RunAsync(Start("node", [script, .. arguments], Path.Combine(Clone.Root, "eng", folder)));
    }

    private static async Task InstallAsync(string folder)
    {
        string[] npm = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
        ProcessStartInfo start = OperatingSystem.IsWindows() ? Start("cmd", ["/d", "/c", "npm", .. npm], folder) : Start("npm", npm, folder);
        (int exitCode, string output) = await RunAsync(start);
        if (exitCode != 0)
            throw new InvalidOperationException($"The packages of {folder} could not be installed: {output} By hand: npm ci --ignore-scripts --prefix {folder}");
    }

    private static ProcessStartInfo Start(string program, string[] arguments, string folder) => new(program, arguments)
    {
        WorkingDirectory = folder,
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        // Neither asks the network for anything.
        Environment = { ["REDOCLY_TELEMETRY"] = "off", ["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true", ["NO_COLOR"] = "1" },
    };

    private static async Task<(int ExitCode, string Output)> RunAsync(ProcessStartInfo start)
    {
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = await process.StandardError.ReadToEndAsync();
        string all = await output + errors;
        await process.WaitForExitAsync();
        return (process.ExitCode, all);
    }
}
