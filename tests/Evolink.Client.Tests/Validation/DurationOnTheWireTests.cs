using System.Text.Json;

namespace Evolink.Client.Tests;

public sealed class DurationOnTheWireTests
{
    [Theory]
    [InlineData("2", 2), InlineData("15", 15), InlineData("5.0", 5), InlineData("5e0", 5), InlineData("null", null)]
    public void Whole_numbers_in_any_spelling_are_read(string json, int? expected) => Assert.Equal(expected, Read(json)!.Duration);

    [Theory]
    [InlineData("5.5"), InlineData("\"5\""), InlineData("1e300"), InlineData("[5]"), InlineData("true")]
    public void Everything_else_is_refused(string json) => Assert.Throws<JsonException>(() => Read(json));

    private static VideoGenerationRequest? Read(string duration) =>
        JsonSerializer.Deserialize($$"""{"duration":{{duration}}}""", EvolinkJsonContext.Default.VideoGenerationRequest);
}
