using System.Text;
using Evolink.Client;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Queues;

namespace Evolink.Pipeline.Tests.Queues;

public sealed class QueuedRequestReaderTests
{
    private const string Good = """{"client":"alice","model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["https://example.com/cat.png"]}""";

    private readonly QueuedRequestReader _reader = new(Microsoft.Extensions.Options.Options.Create(new EvolinkOptions
    {
        ClientKeys = new(StringComparer.Ordinal) { ["alice"] = new(StringComparer.Ordinal) { ["0"] = "a-secret-of-the-tests" } },
    }));

    [Fact]
    public void A_message_without_a_key_is_identified_by_its_id()
    {
        QueuedRequest request = _reader.Read("m1", new BinaryData(Good)).Request!;
        Assert.Equal(("alice", "message m1", "A cat"), (request.Client, request.Key, request.Request.Prompt));
    }

    [Fact]
    public void A_message_in_base64_is_read_too() =>
        Assert.NotNull(_reader.Read("m1", new BinaryData(Convert.ToBase64String(Encoding.UTF8.GetBytes(Good)))).Request);

    [Fact]
    public void A_byte_order_mark_is_skipped_in_plain_text_and_in_base64()
    {
        byte[] marked = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Good)];
        Assert.NotNull(_reader.Read("m1", new BinaryData(marked)).Request);
        Assert.NotNull(_reader.Read("m1", new BinaryData(Convert.ToBase64String(marked))).Request);
    }

    [Fact]
    public void A_key_is_the_identity() =>
        Assert.Equal("order-4711", _reader.Read("m1", new BinaryData(With("\"idempotency_key\":\"order-4711\""))).Request!.Key);

    [Theory]
    [InlineData("not JSON", "body")]
    [InlineData("", "body")]
    [InlineData("{}", "client,image_urls,model,prompt")]
    [InlineData("""{"client":"mallory","model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["https://example.com/cat.png"]}""", "client")]
    [InlineData("""{"client":7,"model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["https://example.com/cat.png"]}""", "client")]
    public void What_is_wrong_is_told_by_field(string message, string wrong) => Assert.Equal(wrong, Wrong(message));

    [Theory]
    [InlineData("\"idempotency_key\":\"\"", "idempotency_key")]
    [InlineData("\"idempotency_key\":\"message m1\"", "idempotency_key")]
    [InlineData("\"idempotency_key\":1", "idempotency_key")]
    [InlineData("\"colour\":\"red\"", "colour")]
    public void A_mistake_beside_a_good_request_is_told_too(string field, string wrong) => Assert.Equal(wrong, Wrong(With(field)));

    private static string With(string field) => Good[..^1] + "," + field + "}";

    private string Wrong(string message)
    {
        (QueuedRequest? request, IReadOnlyList<ValidationIssue> issues) = _reader.Read("m1", new BinaryData(message));
        Assert.Null(request);
        return string.Join(',', issues.Select(issue => issue.Param).Distinct().Order(StringComparer.Ordinal));
    }
}
