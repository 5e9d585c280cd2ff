using System.Collections;
using System.Reflection;
using System.Text.RegularExpressions;
using Evolink.Pipeline.Options;
using Evolink.Testing;

namespace Evolink.Pipeline.Tests.Options;

/// <summary>The README's table of settings says what the code does.</summary>
public sealed partial class ReadmeTableTests
{
    [Fact]
    public void Every_setting_stands_in_the_readme_with_its_default_and_nothing_else_does()
    {
        Dictionary<string, string> documented = Row().Matches(File.ReadAllText(Path.Combine(Clone.Root, "README.md")))
            .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["default"].Value, StringComparer.Ordinal);
        Dictionary<string, string> real = Settings(new EvolinkOptions(), string.Empty).ToDictionary(StringComparer.Ordinal);
        Assert.Equal(real.OrderBy(setting => setting.Key, StringComparer.Ordinal), documented.OrderBy(setting => setting.Key, StringComparer.Ordinal));
    }

    private static IEnumerable<KeyValuePair<string, string>> Settings(object options, string prefix)
    {
        foreach (PropertyInfo property in options.GetType().GetProperties().Where(property => property.CanWrite))
        {
            object? value = property.GetValue(options);
            if (value is StorageOptions or CallbackOptions or UploadsOptions or EventsOptions or WebhookOptions or LimitsOptions or ClientLimits or StudioOptions)
            {
                foreach (KeyValuePair<string, string> inner in Settings(value, $"{prefix}{property.Name}:"))
                    yield return inner;
            }
            else
            {
                yield return new(prefix + property.Name, value is ICollection or null ? string.Empty : FormattableString.Invariant($"{value}"));
            }
        }
    }

    // | `Name` | `default` | words |
    [GeneratedRegex(@"^\| `(?<name>[A-Za-z:]+)` \| (`(?<default>[^`]*)`)? ?\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();
}
