using System.ComponentModel;
using System.Text.Json;
using Evolink.Client;
using Evolink.Functions.Http;
using Evolink.Functions.Images;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Uploads;
using ModelContextProtocol.Protocol;

namespace Evolink.Functions.Mcp;

/// <summary><c>upload_image</c>: what <c>POST /v1/images</c> does, from base64 or from a link.</summary>
internal sealed class UploadImageTool(ImageIntake intake, ImageDownload download) : VideoTool
{
    // An image of the most that is allowed, and the beginning of a data: link.
    private const int MostCharacters = (ImageCheck.MaxBytes + 2) / 3 * 4 + 100;

    /// <inheritdoc/>
    public override Tool Definition { get; } = new()
    {
        Name = "upload_image",
        Title = "Upload an image",
        Description = $"Keeps an image to start videos from: jpeg, png without alpha, bmp or webp, at most 10 MB, each side {ImageCheck.MinSide} to {ImageCheck.MaxSide} pixels. "
            + "Give either data or url; put the url of the answer into image_urls of generate_video. An image that is public need not be uploaded.",
        InputSchema = ToolSchemas.Parse($$"""
            {
              "type": "object",
              "properties": {
                "data": { "type": "string", "contentEncoding": "base64", "maxLength": {{MostCharacters}}, "description": "The file as base64; a data: link does as well." },
                "url": { "type": "string", "format": "uri", "description": "A public https link to the file, which is read once, now." }
              },
              "additionalProperties": false
            }
            """),
        OutputSchema = ToolSchemas.Of<UploadedAnswer>(),
        Annotations = new ToolAnnotations { ReadOnlyHint = false, IdempotentHint = true, DestructiveHint = false, OpenWorldHint = true },
    };

    /// <inheritdoc/>
    public override async Task<CallToolResult> CallAsync(ToolCall call, IReadOnlyDictionary<string, JsonElement> arguments, CancellationToken cancellationToken)
    {
        JsonFields fields = new(arguments, string.Empty, ["data", "url"]);
        (byte[]? image, string? url) = (fields.Bytes("data"), fields.String("url"));
        if (!IsRight(fields, out CallToolResult? mistake))
            return mistake;
        if ((image is null) == (url is null))
        {
            string words = image is null ? "Neither data nor url is given; give one of the two." : "Both data and url are given; give one of the two.";
            return Mistake(Errors.Invalid([new ValidationIssue("data", image is null ? ValidationCodes.Required : ValidationCodes.Conflict, words)]));
        }

        string? problem = null;
        if (url is not null)
            (image, problem) = await download.ReadAsync(url, cancellationToken);
        Uri? link = null;
        if (image is not null)
            (link, problem) = await intake.AcceptAsync(call.Caller.Name, image, call.OwnBase, cancellationToken);
        if (link is null)
            return Mistake(Errors.Invalid([new ValidationIssue(url is null ? "data" : "url", ValidationCodes.NotSupported, problem!)]));
        UploadedAnswer answer = new() { Url = link.AbsoluteUri };
        return Answer(answer, FunctionsJsonContext.Default.UploadedAnswer, $"The image is kept. Give image_urls: [\"{answer.Url}\"] to generate_video.");
    }
}

/// <summary>An image that was kept.</summary>
internal sealed record UploadedAnswer
{
    [Description("What to name in image_urls of generate_video. Only its owner, and Evolink by a signature, can open it.")]
    public required string Url { get; init; }
}
