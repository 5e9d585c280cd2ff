using System.Globalization;
using System.Text.Json;
using Evolink.Pipeline.Generations;
using ModelContextProtocol.Protocol;

namespace Evolink.Functions.Mcp;

/// <summary><c>list_models</c>: what can be made, and what a second costs.</summary>
internal sealed class ListModelsTool(VideoModels models) : VideoTool
{
    /// <inheritdoc/>
    public override Tool Definition { get; } = new()
    {
        Name = "list_models",
        Title = "List models",
        Description = "The models that make videos, with what they need, how long a video may be and what a second costs.",
        InputSchema = ToolSchemas.Parse("""{ "type": "object", "properties": {}, "additionalProperties": false }"""),
        OutputSchema = ToolSchemas.Of<ModelListAnswer>(),
        Annotations = ToolSchemas.ReadOnly(),
    };

    /// <inheritdoc/>
    public override async Task<CallToolResult> CallAsync(ToolCall call, IReadOnlyDictionary<string, JsonElement> arguments, CancellationToken cancellationToken)
    {
        if (!IsRight(new JsonFields(arguments, string.Empty, []), out CallToolResult? mistake))
            return mistake;
        ModelListAnswer answer = new() { Models = await models.ListAsync(call.Caller.Name, cancellationToken) };
        return Answer(answer, FunctionsJsonContext.Default.ModelListAnswer, string.Join('\n', answer.Models.Select(Words)));
    }

    private static string Words(ModelAnswer model) => string.Create(
        CultureInfo.InvariantCulture,
        $"{model.Name}: {model.Description} {model.MinDuration} to {model.MaxDuration} s; credits a second: {string.Join(", ", model.CreditsPerSecond.Select(price => string.Create(CultureInfo.InvariantCulture, $"{price.Key} {price.Value:0.##}")))}.");
}
