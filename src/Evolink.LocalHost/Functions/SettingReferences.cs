using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Evolink.LocalHost.Functions;

/// <summary>Replaces <c>%Setting%</c> inside the strings of trigger attributes, as the host does.</summary>
internal static partial class SettingReferences
{
    /// <exception cref="LocalHostException">The setting is not there.</exception>
    public static string Resolve(string text, IConfiguration configuration, string function) =>
        Reference().Replace(text, match =>
            configuration[Key(match.Groups["name"].Value)]
            ?? throw new LocalHostException($"{function}: the setting {match.Groups["name"].Value}, which \"{text}\" refers to, is missing."));

    // In app settings, as in environment variables, a section is written with two underscores.
    private static string Key(string name) => name.Replace("__", ConfigurationPath.KeyDelimiter);

    [GeneratedRegex("%(?<name>[^%]+)%", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex Reference();
}
