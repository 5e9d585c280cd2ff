using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Evolink.Testing;

namespace Evolink.Simulator.Tests;

public sealed class ImageAndFileTests
{
    private static readonly SimulatorOptions Fetching = Api.Instant with { FetchImages = true };

    public static TheoryData<string, byte[], string?> Images => new()
    {
        { "a png", Png(360, 2000), null },
        { "a jpeg", Jpeg(640, 480), null },
        { "a bmp", Bmp(640, -480), null },
        { "a lossy webp", WebP("VP8 ", 640, 480), null },
        { "a lossless webp", WebP("VP8L", 640, 480), null },
        { "an extended webp", WebP("VP8X", 640, 480), null },
        { "a transparent png", Png(640, 480, colorType: 6), "image_processing_error" },
        { "a small png", Png(359, 480), "image_dimension_mismatch" },
        { "a wide jpeg", Jpeg(2001, 480), "image_dimension_mismatch" },
        { "a gif", "GIF89a\x80\x02\xe0\x01"u8.ToArray(), "image_processing_error" },
        { "a cut png", Png(640, 480)[..20], "image_processing_error" },
        { "nothing", [], "image_processing_error" },
        { "too much", [.. Png(640, 480), .. new byte[11 * 1024 * 1024]], "image_processing_error" },
    };

    [Theory]
    [MemberData(nameof(Images), DisableDiscoveryEnumeration = true)]
    public async Task An_image_is_fetched_and_judged(string name, byte[] bytes, string? code)
    {
        Assert.NotEmpty(name);
        await using Receiver images = await Receiver.ServingAsync(bytes);
        await using Api api = await Api.StartAsync(Fetching);

        string id = await api.SubmitAsync(Request(images.Url.AbsoluteUri));
        TaskReport task = await api.UntilAsync(id, task => task.EndedAt is not null);

        Assert.Equal((code is null ? "completed" : "failed", code), (task.Status, task.ErrorCode));
        Assert.StartsWith("Evolink-Simulator/", Assert.Single(images.All).UserAgent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_is_not_there_fails_the_task()
    {
        await using Receiver images = await Receiver.StartAsync((_, _) => Task.FromResult(404));
        await using Api api = await Api.StartAsync(Fetching);

        string id = await api.SubmitAsync(Request(images.Url.AbsoluteUri));

        Assert.Equal("image_processing_error", (await api.UntilAsync(id, task => task.EndedAt is not null)).ErrorCode);
    }

    [Fact]
    public async Task An_uploaded_image_can_be_used_and_expires_after_72_hours()
    {
        var clock = new ManualTimeProvider();
        await using Api api = await Api.StartAsync(Fetching with { AllowLoopback = false, TimeProvider = clock });
        byte[] image = Png(640, 480);

        JsonObject answer = await UploadAsync(api, image);
        string url = (string)answer["data"]!["file_url"]!;
        string id = await api.SubmitAsync(Request(url));

        Assert.True((bool)answer["success"]!);
        Assert.Equal("completed", (await api.UntilAsync(id, task => task.EndedAt is not null)).Status);
        using HttpResponseMessage inTime = await Api.DownloadAsync(url);
        Assert.Equal(image, await inTime.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal("image/png", inTime.Content.Headers.ContentType!.MediaType);
        clock.Advance(TimeSpan.FromHours(72));
        using HttpResponseMessage late = await Api.DownloadAsync(url);
        Assert.Equal(HttpStatusCode.NotFound, late.StatusCode);
    }

    [Fact]
    public async Task The_files_api_says_no_under_200()
    {
        await using Api api = await Api.StartAsync();

        JsonObject answer = await UploadAsync(api, Bmp(640, 480));

        Assert.False((bool)answer["success"]!);
        Assert.False(answer.ContainsKey("data"));
    }

    [Fact]
    public async Task An_upload_beyond_20_megabytes_is_refused()
    {
        await using Api api = await Api.StartAsync();

        JsonObject answer = await UploadAsync(api, [.. Png(640, 480), .. new byte[20 * 1024 * 1024]]);

        Assert.False((bool)answer["success"]!);
    }

    private static JsonObject Request(string image)
    {
        JsonObject request = Api.Request();
        request["image_urls"] = new JsonArray(image);
        return request;
    }

    private static async Task<JsonObject> UploadAsync(Api api, byte[] bytes)
    {
        using var form = new MultipartFormDataContent();
        using var file = new ByteArrayContent(bytes);
        file.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        form.Add(file, "file", "cat.png");
        using HttpResponseMessage response = await api.Http.PostAsync("/api/v1/files/upload/stream", form);
        return await Api.JsonAsync(response);
    }

    private static byte[] Png(int width, int height, byte colorType = 2)
    {
        byte[] file = [0x89, .. "PNG\r\n\x1a\n"u8, 0, 0, 0, 13, .. "IHDR"u8, .. new byte[17], 0, 0, 0, 0, .. "IDAT"u8, .. new byte[8]];
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(20), height);
        (file[24], file[25]) = (8, colorType);
        return file;
    }

    private static byte[] Jpeg(ushort width, ushort height) =>
    [
        0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC4, 0, 3, 0, 0xFF, 0xC2, 0, 11, 8,
        (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0, 0xFF, 0xD9,
    ];

    private static byte[] Bmp(int width, int height)
    {
        byte[] file = new byte[54];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), height);
        return file;
    }

    private static byte[] WebP(string kind, int width, int height)
    {
        byte[] file = [.. "RIFF\0\0\0\0WEBP"u8, .. System.Text.Encoding.ASCII.GetBytes(kind), .. new byte[20]];
        switch (kind)
        {
            case "VP8 ":
                BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(26), (ushort)width);
                BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(28), (ushort)height);
                break;
            case "VP8L":
                file[20] = 0x2F;
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(21), (uint)(width - 1) | ((uint)(height - 1) << 14));
                break;
            default:
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(24), (uint)(width - 1));
                BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(27), (ushort)(height - 1));
                break;
        }

        return file;
    }
}
