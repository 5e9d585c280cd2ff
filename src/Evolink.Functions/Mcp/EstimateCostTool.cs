using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using Evolink.Client;
using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Limits;
using ModelContextProtocol.Protocol;

namespace Evolink.Functions.Mcp;

/// <summary><c>estimate_cost</c>: what a video will cost, and whether the client's day has room for it. Spends nothing.</summary>
internal sealed class EstimateCostTool(VideoModels models) : VideoTool
{
    /// <inheritdoc/>
    public override Tool Definition { get; } = new()
    {
        Name = "estimate_cost",
        Title = "Estimate the cost of a video",
        Description = "About how many credits a video will cost, and what is left of your credits of today where they are limited. Spends nothing.",
        InputSchema = ToolSchemas.Parse($$"""
            {
              "type": "object",
              "properties": {
                "model": { "type": "string", "default": "{{VideoModels.Usual}}", "description": "A model of list_models." },
                "duration": {
                  "type": "integer", "description": "Length of the video in seconds.",
                  "minimum": {{VideoGenerationRequestValidator.MinDuration}}, "maximum": {{VideoGenerationRequestValidator.MaxDuration}}
                },
                "quality": { "type": "string", "enum": ["720p", "1080p"], "default": "720p", "description": "Its quality." }
              },
              "additionalProperties": false
            }
            """),
        OutputSchema = ToolSchemas.Of<CostAnswer>(),
        Annotations = ToolSchemas.ReadOnly(),
    };

    /// <inheritdoc/>
    public override async Task<CallToolResult> CallAsync(ToolCall call, IReadOnlyDictionary<string, JsonElement> arguments, CancellationToken cancellationToken)
    {
        JsonFields fields = new(arguments, string.Empty, ["model", "duration", "quality"]);
        (string? model, int? duration, string? quality) = (fields.String("model"), fields.Integer("duration"), fields.String("quality"));
        if (!IsRight(fields, out CallToolResult? mistake))
            return mistake;
        if (VideoModels.Check(model, duration, quality) is { Count: > 0 } issues)
            return Mistake(Errors.Invalid(issues));
        CostEstimate cost = await models.EstimateAsync(call.Caller.Name, duration, quality, cancellationToken);
        CostAnswer answer = new()
        {
            Credits = cost.Credits,
            CreditsPerSecond = cost.CreditsPerSecond,
            Duration = cost.Seconds,
            Quality = cost.Quality,
            IsFromEarlierVideos = cost.IsTold,
            Today = cost.Budget is { } day ? new TodayAnswer { Limit = day.Limit, Spent = day.Spent, Held = day.Held, Left = Math.Max(0, day.Limit - day.Spent - day.Held) } : null,
        };
        return Answer(answer, FunctionsJsonContext.Default.CostAnswer, Words(answer));
    }

    private static string Words(CostAnswer cost)
    {
        string basis = cost.IsFromEarlierVideos ? "from what Evolink reserved for an earlier one" : "as the app is set to assume; Evolink tells the price when it begins";
        string left = cost.Today is { } today ? string.Create(CultureInfo.InvariantCulture, $" Of your {today.Limit:0.##} credits for today (UTC) {today.Left:0.##} are left.") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{cost.Duration} s in {cost.Quality} take about {cost.Credits:0.##} credits, {basis}.") + left;
    }
}

/// <summary>What a video will cost.</summary>
internal sealed record CostAnswer
{
    [Description("Credits that it will take, about.")]
    public required decimal Credits { get; init; }

    [Description("Credits of one second.")]
    public required decimal CreditsPerSecond { get; init; }

    [Description("Length in seconds that was reckoned with.")]
    public required int Duration { get; init; }

    [Description("Quality that was reckoned with.")]
    public required string Quality { get; init; }

    [Description("Whether the price is what Evolink reserved for an earlier video of yours; else it is what the app is set to assume.")]
    public required bool IsFromEarlierVideos { get; init; }

    [Description("Your credits of today, where they are limited.")]
    public TodayAnswer? Today { get; init; }
}

/// <summary>A client's credits of a day.</summary>
internal sealed record TodayAnswer
{
    [Description("Credits that you may take today (UTC).")]
    public required decimal Limit { get; init; }

    [Description("Credits that are spent.")]
    public required decimal Spent { get; init; }

    [Description("Credits that are held back for videos under way.")]
    public required decimal Held { get; init; }

    [Description("Credits that are left.")]
    public required decimal Left { get; init; }
}
