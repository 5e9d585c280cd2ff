using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Evolink.Simulator;

/// <summary>The Files API: <c>POST /api/v1/files/upload/stream</c>, and the links that it answers.</summary>
internal sealed class FilesEndpoint(SimulatorOptions options, Accounts accounts, Ledger ledger, FileStore store, Uri baseUrl)
{
    /// <summary>Path of the links.</summary>
    public const string LinkPath = "/uploads/";

    private const int MaxFileBytes = 20 * 1024 * 1024;
    private const int MaxBodyBytes = MaxFileBytes + (64 * 1024);
    private static readonly FormOptions Limits = new() { MultipartBodyLengthLimit = MaxFileBytes, ValueCountLimit = 16 };
    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(72);

    public async Task<IResult> UploadAsync(HttpContext context)
    {
        if (accounts.Of(context.Request) is not { } account)
            return Answers.Unauthorized();
        if (!context.Request.HasFormContentType)
            return Refused(400, "The request must be multipart/form-data.");
        if (context.Request.ContentLength > MaxBodyBytes)
            return Refused(413, "The file is larger than 20 MB.");
        IFormCollection form;
        try
        {
            form = await context.Request.ReadFormAsync(Limits, context.RequestAborted);
        }
        catch (InvalidDataException exception)
        {
            return Refused(400, exception.Message);
        }

        if (form.Files.GetFile("file") is not { } file)
            return Refused(400, "The field file is missing.");
        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes, context.RequestAborted);
        return ContentTypeOf(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)) is { } contentType
            ? await SaveAsync(account, file.FileName, contentType, bytes.ToArray(), context.RequestAborted)
            // The service says so under 200.
            : Refused(200, "Unsupported file type. Allowed: image/jpeg, image/png, image/gif, image/webp.");
    }

    public IResult Get(string id) =>
        ledger.Read(state => state.FindUpload(id)) is { } file
        && options.TimeProvider.GetUtcNow() < file.ExpiresAt
        && store.Open(file.Id) is { } bytes
            ? TypedResults.Stream(bytes, file.ContentType)
            : Answers.Plain(404);

    private async Task<IResult> SaveAsync(string account, string fileName, string contentType, byte[] bytes, CancellationToken cancellationToken)
    {
        DateTimeOffset now = options.TimeProvider.GetUtcNow();
        string id = $"{RandomNumberGenerator.GetHexString(24, lowercase: true)}.{contentType["image/".Length..]}";
        await store.SaveAsync(id, bytes, cancellationToken);
        var file = new UploadedFile(id, account, fileName, contentType, bytes.Length, now, now + KeptFor);
        ledger.Record(new JournalEntry.Uploaded(file));
        string url = new Uri(baseUrl, LinkPath + id).AbsoluteUri;
        var data = new FileUploadData(
            id, fileName, fileName, file.Length, contentType, url, url, Text(now), Text(file.ExpiresAt));
        return TypedResults.Json(new FileUploadAnswer(true, 200, "File uploaded successfully", data), SimulatorJson.Default.FileUploadAnswer);
    }

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static JsonHttpResult<FileUploadAnswer> Refused(int status, string message)
    {
        var answer = new FileUploadAnswer(false, status == 200 ? 400 : status, message, Data: null);
        return TypedResults.Json(answer, SimulatorJson.Default.FileUploadAnswer, statusCode: status);
    }

    private static string? ContentTypeOf(ReadOnlySpan<byte> file) => file switch
    {
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "image/png",
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "image/gif",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => "image/webp",
        _ => null,
    };
}
