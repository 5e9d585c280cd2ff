using System.Globalization;
using System.Text.RegularExpressions;

namespace Infra.Tests;

/// <summary>docs/deploy.md's tables: what something costs is count times size times price, and the prices say of when they are.</summary>
public sealed partial class CostTests(BicepCompiler compiler)
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Clone.Root, "docs", "deploy.md"));

    private static readonly Dictionary<string, (decimal Price, DateOnly AsOf)> Prices =
        Lines.Select(line => Price().Match(line)).Where(match => match.Success).ToDictionary(
            match => match.Groups["what"].Value,
            match => (
                Number(match.Groups["price"].Value) / Number(match.Groups["per"].Value),
                DateOnly.ParseExact(match.Groups["month"].Value, "yyyy-MM", CultureInfo.InvariantCulture)));

    [Fact]
    public void What_docs_deploy_says_it_costs_is_counts_times_sizes_times_prices()
    {
        decimal sum = 0;
        int sums = 0;
        foreach (string line in Lines)
        {
            if (Cost().Match(line) is { Success: true } cost)
            {
                decimal product = Cents(Product(cost.Groups["count"].Value) * Prices[cost.Groups["price"].Value].Price);
                Assert.True(product == Number(cost.Groups["cost"].Value), $"{line}: it is {product}");
                sum += product;
            }
            else if (Sum().Match(line) is { Success: true } together)
            {
                Assert.True(sum == Number(together.Groups["cost"].Value), $"{line}: it is {sum}");
                (sum, sums) = (0, sums + 1);
            }
        }

        Assert.Equal(5, sums);
    }

    [Fact]
    public void Every_price_is_used_and_says_of_which_month_it_is()
    {
        string[] used =
            [.. Lines.Select(line => Cost().Match(line)).Where(row => row.Success).Select(row => row.Groups["price"].Value).Distinct()];
        Assert.Equal(Prices.Keys.Order(StringComparer.Ordinal), used.Order(StringComparer.Ordinal));
        DateOnly today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        Assert.All(Prices.Values, price => Assert.InRange(price.AsOf, new DateOnly(2025, 1, 1), today));
    }

    [Fact]
    public async Task As_many_alerts_and_endpoints_are_counted_as_are_deployed()
    {
        Infrastructure infrastructure = await compiler.OfCloneAsync();
        Deployment closed = await infrastructure.DeployAsync(Scenario.All[1], compiler);
        int series = closed.OfType("Microsoft.Insights/metricAlerts").Sum(Series);
        Assert.Equal(closed.OfType("Microsoft.Insights/scheduledQueryRules").Count(), Counted("log alerts, every 15 minutes"));
        Assert.Equal(series, Counted("metric alert series"));
        Assert.Equal(closed.OfType("Microsoft.Network/privateEndpoints").Count() * 730, Counted("private endpoint, an hour"));
    }

    // A metric alert is billed for each value of a dimension that it watches.
    private static int Series(JsonNode rule) => rule.At("properties/criteria/allOf")!.AsArray().Sum(criterion =>
        criterion!["dimensions"]!.AsArray().Aggregate(1, (product, dimension) => product * dimension!["values"]!.AsArray().Count));

    private static decimal Counted(string price) => Lines.Select(line => Cost().Match(line))
        .Where(match => match.Success && match.Groups["price"].Value == price).Sum(match => Product(match.Groups["count"].Value));

    private static decimal Cents(decimal sum) => Math.Round(sum, 2, MidpointRounding.AwayFromZero);

    /// <summary>Factors with or without units; sizes become gigabytes.</summary>
    private static decimal Product(string factors) =>
        factors.Split(" × ").Aggregate(1m, (product, factor) => product * Number(factor) * Size(factor));

    private static decimal Size(string factor) => factor.Split(' ') is [_, var unit]
        ? unit switch
        {
            "KB" => 1e-6m,
            "MB" => 1e-3m,
            "GB" or "s" => 1,
            _ => throw new FormatException($"'{factor}' has an unknown unit."),
        }
        : 1;

    private static decimal Number(string text) => decimal.Parse(text.Split(' ')[0], CultureInfo.InvariantCulture);

    // | what | price | per | as of |
    [GeneratedRegex(
        @"^\| (?<what>[a-z][^|]*) \| (?<price>[0-9.]+) \| (?<per>[0-9,]+[^|]*) \| (?<month>\d{4}-\d{2}) \|$",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Price();

    // | what | count | price | cost |
    [GeneratedRegex(
        @"^\| [^|]+ \| (?<count>[0-9][^|]*) \| (?<price>[a-z][^|]*) \| (?<cost>[0-9.]+) \|$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Cost();

    [GeneratedRegex(@"^\| \*\*together\*\* \| \| \| \*\*(?<cost>[0-9.]+)\*\* \|$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sum();
}
