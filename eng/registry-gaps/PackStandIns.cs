using System;
using System.Collections.Generic;
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
    public string Revision { get; set; }

    [Required]
    public ITaskItem[] Sources { get; set; }

    [Required]
    public ITaskItem[] Packages { get; set; }

    public override bool Execute()
    {
        string revision = RevisionOf(Sources.Select(source => source.GetMetadata("FullPath")));
        if (revision != Revision)
        {
            Log.LogError(
                null, "EVOLINKGAP001", null, Path.Combine(Root, "revision.txt"), 0, 0, 0, 0,
                "The stand-ins changed, and NuGet caches by version: write {0} into eng/registry-gaps/revision.txt.", revision);
            return false;
        }

        Directory.CreateDirectory(Path.Combine(Root, "obj"));
        using (Lock())
        {
            return IsPacked() || (Build() && Publish());
        }
    }

    /// <summary>24 bits of the SHA-256 of all sources: a number that fits a version part and differs whenever a source does.</summary>
    private string RevisionOf(IEnumerable<string> files)
    {
        using (SHA256 sha = SHA256.Create())
        {
            var content = new StringBuilder();
            foreach (string file in files.Select(f => f.Replace('\\', '/')).Distinct().OrderBy(f => f, StringComparer.Ordinal))
            {
                content.Append(file.Substring(Root.Length)).Append('\n').Append(File.ReadAllText(file).Replace("\r", "")).Append('\n');
            }

            byte[] hash = sha.ComputeHash(Encoding.UTF8.GetBytes(content.ToString()));
            return (1 + (hash[0] << 16 | hash[1] << 8 | hash[2])).ToString();
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
        DateTime newest = Sources.Select(source => File.GetLastWriteTimeUtc(source.GetMetadata("FullPath"))).Max();
        return Packages.All(package => File.Exists(package.ItemSpec) && File.GetLastWriteTimeUtc(package.ItemSpec) >= newest);
    }

    private string Staging { get { return Path.Combine(Root, "obj", "packages") + "/"; } }

    private bool Build()
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
                + " -p:UseSharedCompilation=true -p:SharedCompilationId=" + server + " \"-p:StandInStaging=" + Staging + "\"",
            out output);
        string compiler = Path.Combine(ToolsPath, "Roslyn", "bincore", "VBCSCompiler.dll");
        string ignored;
        if (File.Exists(compiler))
        {
            Run("exec \"" + compiler + "\" -pipename:" + server + " -shutdown", out ignored);
        }

        if (!built)
        {
            Log.LogError(null, "EVOLINKGAP002", null, null, 0, 0, 0, 0, "The API stand-ins could not be packed:\n{0}", output);
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

    private bool Publish()
    {
        foreach (ITaskItem package in Packages)
        {
            string staged = Path.Combine(Staging, Path.GetFileName(package.ItemSpec));
            File.SetLastWriteTimeUtc(staged, DateTime.UtcNow);
            if (File.Exists(package.ItemSpec))
            {
                File.Replace(staged, package.ItemSpec, null);
            }
            else
            {
                File.Move(staged, package.ItemSpec);
            }
        }

        // NuGet takes the lowest version: what an earlier revision left would win.
        foreach (string old in Directory.GetFiles(Path.GetDirectoryName(Packages[0].ItemSpec), "*.nupkg")
            .Except(Packages.Select(package => package.ItemSpec)))
        {
            File.Delete(old);
        }

        return true;
    }
}
