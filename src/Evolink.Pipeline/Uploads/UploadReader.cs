using System.Buffers;
using System.Text.Json;
using Azure;
using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Options;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Uploads;

/// <summary>Makes a request of an upload, with its image copied to the client's own. Nothing is changed where it cannot.</summary>
public sealed class UploadReader(UploadInstructions instructions, ImageStore images, IOptions<EvolinkOptions> options)
{
    /// <summary>Reads an upload. Safe to do again, and at the same time.</summary>
    /// <param name="upload">One version of it: of another one, nothing is read.</param>
    /// <param name="client">Who will own image and job.</param>
    /// <param name="cancellationToken">Ends the wait for a sidecar too.</param>
    public async Task<UploadReading> ReadAsync(Upload upload, string client, CancellationToken cancellationToken)
    {
        try
        {
            ImageVerdict verdict = await ImageCheck.CheckAsync(UploadInbox.Peek(upload), cancellationToken);
            if (verdict.Kind is not { } kind)
                return new UploadReading.Unusable(new RejectReason(RejectReason.ImageNotUsable, verdict.Problem ?? "The image cannot be used."));

            (IReadOnlyDictionary<string, JsonElement> fields, RejectReason? problem) = await instructions.ReadAsync(upload, cancellationToken);
            if (problem is not null)
                return new UploadReading.Unusable(problem);

            byte[] image = await UploadInbox.DownloadAsync(upload, cancellationToken);
            (VideoGenerationRequest? request, IReadOnlyList<ValidationIssue> issues) = GenerationRequestReader.Read(
                Body(fields, ImageStore.NameOf(image)), RequestRules.Of(options.Value, []));
            if (request is null || issues.Count > 0)
                return new UploadReading.Unusable(RejectReason.From(issues));

            await images.SaveAsync(client, image, kind, cancellationToken);
            return new UploadReading.Usable(request);
        }
        catch (RequestFailedException e) when (UploadInbox.IsGone(e))
        {
            return new UploadReading.Gone();
        }
    }

    private static ReadOnlyMemory<byte> Body(IReadOnlyDictionary<string, JsonElement> fields, string image)
    {
        ArrayBufferWriter<byte> body = new();
        using (Utf8JsonWriter json = new(body))
        {
            json.WriteStartObject();
            if (!fields.ContainsKey("model"))
                json.WriteString("model", VideoGenerationRequest.Wan26ImageToVideo);
            foreach ((string name, JsonElement value) in fields)
            {
                json.WritePropertyName(name);
                // As it stands in its file: it is judged below, together with the rest.
                json.WriteRawValue(value.GetRawText());
            }

            json.WriteString(GenerationRequestReader.ImageName, image);
            json.WriteEndObject();
        }

        return body.WrittenMemory;
    }
}
