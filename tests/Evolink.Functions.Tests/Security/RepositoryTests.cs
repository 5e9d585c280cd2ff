using System.Text.RegularExpressions;
using Evolink.Testing;

namespace Evolink.Functions.Tests.Security;

/// <summary>What must not stand in the repository, and what must stand in its code.</summary>
public sealed partial class RepositoryTests
{
    private const int Largest = 4 << 20;

    private static readonly string[] NotOurs = ["bin", "obj", ".git", ".evolink", "node_modules", "TestResults", "packages", ".vs", ".idea"];

    [Fact]
    public void No_file_holds_a_secret()
    {
        List<string> found = [];
        int looked = 0;
        foreach (string file in Files(Clone.Root).Where(file => new FileInfo(file).Length < Largest))
        {
            looked++;
            found.AddRange(Secret().Matches(File.ReadAllText(file)).Select(match => $"{Path.GetRelativePath(Clone.Root, file)}: {match.Value[..Math.Min(match.Length, 12)]}..."));
        }

        Assert.True(looked > 300, "The files of the repository are looked at.");
        Assert.Empty(found);
    }

    [Theory]
    [InlineData("-----BEGIN" + " RSA PRIVATE KEY-----")]
    [InlineData("AccountKey=" + "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2Vj==")]
    [InlineData("ghp" + "_0123456789abcdefghijABCDEFGHIJ012345")]
    [InlineData("sk" + "-0123456789abcdefghijABCDEFGHIJ")]
    [InlineData("https://x.blob.core.windows.net/c?sv=1&sig" + "=0123456789abcdefghijABCDEFGHIJ0123456789abc%3D")]
    public void A_secret_would_be_found(string secret) => Assert.Matches(Secret(), secret);

    [Theory]
    [InlineData("src/Evolink.Pipeline/Callbacks/LinkSigner.cs")]
    [InlineData("src/Evolink.Functions/Http/Callers.cs")]
    public void Signatures_and_keys_are_compared_in_constant_time_and_in_no_other_way(string file)
    {
        string code = File.ReadAllText(Path.Combine(Clone.Root, file));
        Assert.Single(FixedTime().Matches(code));
        Assert.DoesNotMatch(OtherComparison(), code);
    }

    [Fact]
    public void Nothing_else_looks_at_a_signature_or_a_key()
    {
        // Who makes a digest to compare it does so in one of the two files above; digests elsewhere are names.
        IEnumerable<string> comparing = Files(Path.Combine(Clone.Root, "src", "Evolink.Functions")).Concat(Files(Path.Combine(Clone.Root, "src", "Evolink.Pipeline")))
            .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) && File.ReadAllText(file).Contains("HMACSHA256", StringComparison.Ordinal));
        Assert.Equal(["LinkSigner.cs", "WebhookSignature.cs"], comparing.Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Files(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
            yield return file;
        foreach (string inner in Directory.EnumerateDirectories(folder).Where(inner => !NotOurs.Contains(Path.GetFileName(inner), StringComparer.Ordinal)))
        {
            foreach (string file in Files(inner))
                yield return file;
        }
    }

    // Azurite's own account key is public, and the same everywhere.
    [GeneratedRegex(
        """-----BEGIN [A-Z ]*PRIVATE KEY-----|(Account|SharedAccess)Key=(?!Eby8vdM02xNO)[A-Za-z0-9+/]{40,}|\bgh[pousr]_[A-Za-z0-9]{30,}|\bsk-[A-Za-z0-9]{24,}|\bAKIA[A-Z0-9]{16}\b|[?&]sig=[A-Za-z0-9%+/]{40,}""",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Secret();

    [GeneratedRegex(@"CryptographicOperations\.FixedTimeEquals\(", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FixedTime();

    [GeneratedRegex(@"SequenceEqual|signature (==|!=) [^n]|(==|!=) signature|\.Equals\((signature|given|hash)|(given|hash) (==|!=)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OtherComparison();
}
