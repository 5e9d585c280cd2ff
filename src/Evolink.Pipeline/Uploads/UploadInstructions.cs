using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Uploads;

/// <summary>
/// What shall be made of an upload: the fields of a generation, each from the first place that has it. The upload's own metadata comes first; where no
/// prompt stands there, its sidecar; then the defaults of its folder and of the container.
/// </summary>
public sealed partial class UploadInstructions(UploadInbox inbox, IOptions<EvolinkOptions> options, TimeProvider time, ILogger<UploadInstructions> log)
{
    private const int MaxBytes = 64 << 10;
    private const string Prompt = "prompt";

    private static readonly string[] Texts = ["model", Prompt, "quality", "audio_url", "callback_url", "reference"];
    private static readonly string[] Values = ["duration", "prompt_extend"];

    /// <summary>Finds what was said of an upload.</summary>
    /// <returns>The fields of the request but for its image; or why there are none.</returns>
    public async Task<(IReadOnlyDictionary<string, JsonElement> Fields, RejectReason? Problem)> ReadAsync(Upload upload, CancellationToken cancellationToken)
    {
        Dictionary<string, JsonElement> fields = FromMetadata(upload.Metadata);
        try
        {
            if (!fields.ContainsKey(Prompt))
                await AddSidecarAsync(fields, upload, cancellationToken);
            foreach (string defaults in UploadNames.DefaultsOf(upload.Name))
                await AddAsync(fields, defaults, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            return (fields, new RejectReason(RejectReason.OptionsNotValid, e.Message));
        }

        if (fields.Keys.FirstOrDefault(name => name is GenerationRequestReader.ImageName or "image_urls") is { } image)
            return (fields, new RejectReason(RejectReason.OptionsNotValid, $"'{image}' stands beside an upload; the upload itself is the image."));
        return fields.ContainsKey(Prompt) || MayLackPrompt(fields) ? (fields, null) : (fields, NoPrompt(upload.Name));
    }

    // What a model that is not known here needs, Evolink says.
    private static bool MayLackPrompt(Dictionary<string, JsonElement> fields) =>
        fields.TryGetValue("model", out JsonElement model) && model.ValueKind == JsonValueKind.String && VideoModels.Find(model.GetString()) is null;

    private RejectReason NoPrompt(string name) => new(
        RejectReason.PromptMissing,
        $"Nothing says what the video shall show: there is no 'prompt' in the metadata of the upload, in {string.Join(" or ", UploadNames.SidecarsOf(name).Select(Quoted))} "
        + string.Create(CultureInfo.InvariantCulture, $"(waited for {options.Value.Uploads.SidecarWait.TotalSeconds} s), or in {string.Join(" or ", UploadNames.DefaultsOf(name).Select(Quoted))}. ")
        + "Put the sidecar beside it now, and it starts.");

    // From the time of the upload: when it is looked at again, or late, the wait is over.
    private async Task AddSidecarAsync(Dictionary<string, JsonElement> fields, Upload upload, CancellationToken cancellationToken)
    {
        if (await TryAddSidecarAsync(fields, upload, cancellationToken) || upload.IsRejected)
            return;
        TimeSpan wait = upload.At + options.Value.Uploads.SidecarWait - time.GetUtcNow();
        if (wait <= TimeSpan.Zero)
            return;
        LogWaits(upload.Name, upload.Version);
        // Storage's clock may be ahead of ours.
        await Task.Delay(wait < options.Value.Uploads.SidecarWait ? wait : options.Value.Uploads.SidecarWait, time, cancellationToken);
        await TryAddSidecarAsync(fields, upload, cancellationToken);
    }

    private async Task<bool> TryAddSidecarAsync(Dictionary<string, JsonElement> fields, Upload upload, CancellationToken cancellationToken)
    {
        foreach (string sidecar in UploadNames.SidecarsOf(upload.Name))
        {
            if (await AddAsync(fields, sidecar, cancellationToken))
                return true;
        }

        return false;
    }

    private async Task<bool> AddAsync(Dictionary<string, JsonElement> fields, string name, CancellationToken cancellationToken)
    {
        if (await inbox.FindJsonAsync(name, cancellationToken) is not { } file)
            return false;
        try
        {
            if (await inbox.ReadAsync(file, MaxBytes, cancellationToken) is not { } content)
                return false;
            (JsonDocument? document, string? problem) = IncomingJson.Parse(content.ToMemory());
            using (document)
            {
                JsonElement root = document?.RootElement ?? throw new InvalidDataException(problem);
                if (root.ValueKind != JsonValueKind.Object)
                    throw new InvalidDataException("is JSON, but no object");
                foreach (JsonProperty property in root.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null))
                    fields.TryAdd(property.Name, property.Value.Clone());
            }

            return true;
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{Quoted(file)} {e.Message}.", e);
        }
    }

    // Metadata holds texts only, and whoever mounts or copies files keeps things of their own there: other names are left alone.
    private static Dictionary<string, JsonElement> FromMetadata(IReadOnlyDictionary<string, string> metadata)
    {
        Dictionary<string, JsonElement> fields = new(StringComparer.Ordinal);
        foreach (string name in Texts.Where(metadata.ContainsKey))
            fields[name] = Json(json => json.WriteStringValue(metadata[name]));
        foreach (string name in Values.Where(metadata.ContainsKey))
            fields[name] = Value(metadata[name].Trim());
        if (metadata.TryGetValue("shot_type", out string? shotType))
        {
            fields["model_params"] = Json(json =>
            {
                json.WriteStartObject();
                json.WriteString("shot_type", shotType);
                json.WriteEndObject();
            });
        }

        return fields;
    }

    // What is no number and no boolean stays the text that it is, and the rules of the request say what is wrong with it.
    private static JsonElement Value(string text) => Json(json =>
    {
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number))
            json.WriteNumberValue(number);
        else if (bool.TryParse(text, out bool truth))
            json.WriteBooleanValue(truth);
        else
            json.WriteStringValue(text);
    });

    private static JsonElement Json(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
            write(json);
        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static string Quoted(string name) => $"'{name}'";

    [LoggerMessage(1601, LogLevel.Debug, "Upload {Name} (version {Version}) has no prompt of its own and waits for its sidecar.")]
    private partial void LogWaits(string name, string version);
}
