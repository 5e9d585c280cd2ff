using Evolink.Functions;
using Evolink.Functions.Http;
using Evolink.Functions.Images;
using Evolink.Pipeline.Images;

namespace Evolink.OpenApi.Operations;

internal static class ImageOperations
{
    public static IReadOnlyList<Operation> All { get; } =
    [
        new(nameof(UploadImage), Words.Images, "Keep an image for `image_urls`")
        {
            Description = "Jpeg, png without alpha, bmp or webp; at most 10 MB; each side 360 to 2000 pixels. "
                + "It is checked by its bytes, whatever the content type says: a file that is cut, or of another kind, is refused by name. "
                + "It is kept under its SHA-256: the same image again is the same link.",
            Body = new Body("application/octet-stream", "The image itself.", null, [new Example("cat", "The sample image", null, Samples.ImagePath)]),
            Answers =
            [
                new(200, "It is kept.")
                {
                    Type = FunctionsJsonContext.Default.ImageAnswer,
                    Example = Samples.Json(new ImageAnswer($"https://my-app.azurewebsites.net/v1/images/{Samples.Image}"), FunctionsJsonContext.Default.ImageAnswer),
                },
                Answers.Invalid("It is no image that Evolink would take.", "body", "The image is 300 x 300 pixels; each side must be 360 to 2000."),
                Answers.TooLarge(ImageCheck.MaxBytes),
                Answers.Encoded,
            ],
        },
        new(nameof(UploadFile), Words.Images, "Keep a file for any field that takes a link")
        {
            Description = "An image as for `POST /v1/images`; audio: mp3 or wav, at most 15 MB; video: mp4 or mov, at most 100 MB. It is streamed to storage and told by its bytes. "
                + "Its link may stand wherever a request takes one: `image_start`, `video_urls`, `audio_url`, in `model_params`.",
            Body = new Body("application/octet-stream", "The file itself.", null, [new Example("cat", "The sample image", null, Samples.ImagePath)]),
            Answers =
            [
                new(200, "It is kept.")
                {
                    Type = FunctionsJsonContext.Default.FileAnswer,
                    Example = Samples.Json(
                        new FileAnswer($"https://my-app.azurewebsites.net/v1/files/{Samples.Image}.png", "image/png"), FunctionsJsonContext.Default.FileAnswer),
                },
                Answers.Invalid("It is no file that is taken.", "body", "The mp4 file is not complete: it ends in the middle of a box."),
                Answers.TooLarge(FileKind.Largest),
                Answers.Encoded,
            ],
        },
        new(nameof(GetFile), Words.Images, "A file")
        {
            Description = "For its owner by key, or for whoever holds the signed link: that is how Evolink fetches it.",
            TakesSignedLinks = true,
            Parameters =
            [
                Parameters.Path("name", "SHA-256 of the file, lower case, with the extension of its kind.", $"{Samples.Image}.png"),
                Parameters.Query("c", "Of a signed link: the client that owns the file.", new() { ["type"] = "string" }),
                Parameters.Expires, Parameters.SigningKey, Parameters.Signature,
            ],
            Answers =
            [
                new(200, "The file.") { MediaType = "image/png", OrElse = ["image/jpeg", "image/webp", "image/bmp", "audio/mpeg", "audio/wav", "video/mp4", "video/quicktime"] },
                Answers.Error("There is neither a key nor a signature.", Errors.Unauthorized),
                Answers.Error("There is no such file for this caller.", Errors.NotFound("There is no such file, or its link has expired.", "file_not_found")),
            ],
        },
        new(nameof(GetImage), Words.Images, "An image")
        {
            Description = "For its owner by key, or for whoever holds the signed link: that is how Evolink fetches it.",
            TakesSignedLinks = true,
            Parameters =
            [
                Parameters.Path("hash", "SHA-256 of the image, lower case.", Samples.Image),
                Parameters.Query("c", "Of a signed link: the client that owns the image.", new() { ["type"] = "string" }),
                Parameters.Expires, Parameters.SigningKey, Parameters.Signature,
            ],
            Answers =
            [
                new(200, "The image.") { MediaType = "image/png", OrElse = ["image/jpeg", "image/webp", "image/bmp"] },
                Answers.Error("There is neither a key nor a signature.", Errors.Unauthorized),
                Answers.Error("There is no such image for this caller.", Errors.NotFound("There is no such image, or its link has expired.", "image_not_found")),
            ],
        },
    ];
}
