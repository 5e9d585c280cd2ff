using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using Microsoft.Build.Framework;

/// <summary>
/// Builds the stand-ins in a process of their own, so that no property of the build that asks for them (configuration, runtime,
/// output path) reaches them, and moves the packages into the feed. One process at a time packs; the others wait and find it done.
/// </summary>
public sealed class PackStandIns : Microsoft.Build.Utilities.Task
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public string Dotnet { get; set; }

    [Required]
    public string ToolsPath { get; set; }

    [Required]
    public string Root { get; set; }

    [Required]
    public ITaskItem[] Sources { get; set; }

    private string Feed { get { return Path.Combine(Root, "feed"); } }

    private string Staging { get { return Path.Combine(Root, "obj", "packages") + "/"; } }

    /// <summary>Written last and dated back to the beginning, so that a source changed in between is newer.</summary>
    private string Stamp { get { return Path.Combine(Feed, "packed"); } }

    public override bool Execute()
    {
        Directory.CreateDirectory(Path.Combine(Root, "obj"));
        using (Lock())
        {
            if (IsPacked())
            {
                return true;
            }

            DateTime begun = DateTime.UtcNow;
            string revision = Revision();
            if (!Build(revision))
            {
                return false;
            }

            Publish();
            File.WriteAllText(Stamp, revision);
            File.SetLastWriteTimeUtc(Stamp, begun);
            Log.LogMessage("Packed the stand-ins as revision {0}.", revision);
            return true;
        }
    }

    /// <summary>
    /// 16 bits of the SHA-256 of all sources, never 0: the fourth part of every packed version. A changed stand-in is a new version, so
    /// every project that was restored with the old one misses it and restores again.
    /// </summary>
    private string Revision()
    {
        var content = new StringBuilder();
        foreach (string file in Sources.Select(source => source.GetMetadata("FullPath")).OrderBy(f => f, StringComparer.Ordinal))
        {
            content.Append(Path.GetFileName(file)).Append('\n').Append(File.ReadAllText(file).Replace("\r", "")).Append('\n');
        }

        using (SHA256 sha = SHA256.Create())
        {
            byte[] hash = sha.ComputeHash(Encoding.UTF8.GetBytes(content.ToString()));
            return (1 + (hash[0] << 8 | hash[1])).ToString();
        }
    }

    private FileStream Lock()
    {
        string path = Path.Combine(Root, "obj", "pack.lock");
        for (Stopwatch waited = Stopwatch.StartNew(); ; Thread.Sleep(100))
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (waited.Elapsed < Patience)
            {
                // Another build is packing.
            }
        }
    }

    private bool IsPacked()
    {
        return File.Exists(Stamp)
            && Sources.All(source => File.GetLastWriteTimeUtc(source.GetMetadata("FullPath")) <= File.GetLastWriteTimeUtc(Stamp));
    }

    private bool Build(string revision)
    {
        if (Directory.Exists(Staging))
        {
            Directory.Delete(Staging, true);
        }

        // Without a compiler server every stand-in would pay for a compiler's start. This one is private and ends with the build, as
        // the nodes do: nothing that packing starts outlives it, whatever the caller's settings for servers are.
        string server = "registry-gaps-" + Guid.NewGuid().ToString("N");
        string output;
        bool built = Run(
            "msbuild StandIns.slnx -restore -t:PackStandIn -nologo -v:minimal -tl:off -m -nodeReuse:false"
                + " -p:UseSharedCompilation=true -p:SharedCompilationId=" + server + " -p:StandInRevision=" + revision + " \"-p:StandInStaging=" + Staging + "\"",
            out output);
        string compiler = Path.Combine(ToolsPath, "Roslyn", "bincore", "VBCSCompiler.dll");
        string ignored;
        if (File.Exists(compiler))
        {
            Run("exec \"" + compiler + "\" -pipename:" + server + " -shutdown", out ignored);
        }

        if (!built)
        {
            Log.LogError(null, "EVOLINKGAP001", null, null, 0, 0, 0, 0, "The API stand-ins could not be packed:\n{0}", output);
        }

        return built;
    }

    private bool Run(string arguments, out string output)
    {
        var start = new ProcessStartInfo(string.IsNullOrEmpty(Dotnet) ? "dotnet" : Dotnet, arguments)
        {
            WorkingDirectory = Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var text = new StringBuilder();
        DataReceivedEventHandler keep = (_, line) => { lock (text) { text.AppendLine(line.Data); } };
        using (Process process = Process.Start(start))
        {
            process.OutputDataReceived += keep;
            process.ErrorDataReceived += keep;
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            process.WaitForExit();
            output = text.ToString();
            return process.ExitCode == 0;
        }
    }

    /// <summary>A folder appears in the feed whole, by a rename; what an earlier revision left goes, for NuGet takes the lowest version.</summary>
    private void Publish()
    {
        foreach (string package in Directory.GetDirectories(Staging))
        {
            string id = Path.Combine(Feed, Path.GetFileName(package));
            string version = Path.GetFileName(Directory.GetDirectories(package).Single());
            Directory.CreateDirectory(id);
            foreach (string old in Directory.GetDirectories(id))
            {
                Directory.Delete(old, true);
            }

            Directory.Move(Path.Combine(package, version), Path.Combine(id, version));
        }
    }
}
