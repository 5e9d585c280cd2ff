using System.Globalization;
using System.Text.RegularExpressions;

namespace Infra.Tests;

public sealed partial class CostTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Clone.Root, "docs", "deploy.md"));

    [Fact]
    public void What_docs_deploy_says_it_costs_is_count_times_price()
    {
        Dictionary<string, decimal> prices = Lines.Select(line => Price().Match(line)).Where(match => match.Success)
            .ToDictionary(match => match.Groups["what"].Value, match => Number(match, "price") / Number(match, "per", orOne: true));
        decimal sum = 0;
        int sums = 0;
        foreach (string line in Lines)
        {
            if (Cost().Match(line) is { Success: true } cost)
            {
                decimal product = Math.Round(Number(cost, "count") * prices[cost.Groups["price"].Value], 2, MidpointRounding.AwayFromZero);
                Assert.True(product == Number(cost, "cost"), $"{line}: it is {product}");
                sum += product;
            }
            else if (Sum().Match(line) is { Success: true } together)
            {
                Assert.True(sum == Number(together, "cost"), $"{line}: it is {sum}");
                (sum, sums) = (0, sums + 1);
            }
        }

        Assert.Equal(3, sums);
    }

    private static decimal Number(Match match, string group, bool orOne = false) =>
        decimal.TryParse(match.Groups[group].Value, CultureInfo.InvariantCulture, out decimal number) || !orOne ? number : 1;

    // | what | price | per |
    [GeneratedRegex(@"^\| (?<what>[a-z][^|]*) \| (?<price>[0-9.]+) \| (?<per>[^|]+) \|$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Price();

    // | what | count | price | cost |
    [GeneratedRegex(@"^\| [^|]+ \| (?<count>[0-9.,]+) \| (?<price>[a-z][^|]*) \| (?<cost>[0-9.]+) \|$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Cost();

    [GeneratedRegex(@"^\| \*\*together\*\* \| \| \| \*\*(?<cost>[0-9.]+)\*\* \|$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sum();
}
