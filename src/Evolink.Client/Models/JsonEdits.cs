using System.Text.Json;

namespace Evolink.Client;

/// <summary>
/// Changes a JSON object where it stands: a member is set or taken out, a text is replaced, and every other byte stays what it is
/// (numbers that no type of .NET holds, escapes, blanks, the order of the members).
/// </summary>
internal static class JsonEdits
{
    /// <summary>The object with a member set: in its place, or behind the others where it has none of that name.</summary>
    public static byte[] With(byte[] json, string name, ReadOnlySpan<byte> value)
    {
        var members = Members.Find(json, name);
        if (members.Found is { } found) return Replace(json, found.ValueStart, found.End, value);
        byte[] member = [.. JsonSerializer.SerializeToUtf8Bytes(name, JsonTexts.Default.String), (byte)':', .. value];
        return members.LastEnd is { } last
            ? Replace(json, last, last, [(byte)',', .. member])
            : Replace(json, members.Start, members.Start, member);
    }

    /// <summary>The object without a member, and without the comma that goes with it.</summary>
    public static byte[] Without(byte[] json, string name) => Members.Find(json, name) switch
    {
        { Found: null } => json,
        { Found: { } found, BeforeEnd: { } before } => Replace(json, before, found.End, []),
        { Found: { } found, NextStart: { } next } => Replace(json, found.NameStart, next, []),
        { Found: { } found } => Replace(json, found.NameStart, found.End, []),
    };

    /// <summary>The JSON with other texts in place of some, wherever they stand as a value.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="change">The text that a text becomes; <see langword="null"/> leaves it as it is.</param>
    public static byte[] WithTexts(byte[] json, Func<string, string?> change)
    {
        var result = new List<byte[]>();
        var copied = 0;
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.String || TextOf(ref reader) is not { } old || change(old) is not { } text) continue;
            var start = (int)reader.TokenStartIndex;
            result.Add(json[copied..start]);
            result.Add(JsonSerializer.SerializeToUtf8Bytes(text, JsonTexts.Default.String));
            copied = (int)reader.BytesConsumed;
        }

        return copied == 0 ? json : [.. result.SelectMany(static part => part), .. json[copied..]];
    }

    private static string? TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair is no text that anybody could mean.
            return null;
        }
    }

    private static byte[] Replace(byte[] json, int start, int end, ReadOnlySpan<byte> by) => [.. json[..start], .. by, .. json[end..]];

    // Where the members of an object stand.
    private sealed record Members(int Start, Member? Found, int? BeforeEnd, int? NextStart, int? LastEnd)
    {
        public static Members Find(byte[] json, string name)
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            var start = (int)reader.BytesConsumed;
            Member? found = null;
            int? before = null, next = null, last = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var nameStart = (int)reader.TokenStartIndex;
                var isIt = reader.ValueTextEquals(name);
                reader.Read();
                var valueStart = (int)reader.TokenStartIndex;
                reader.Skip();
                if (found is not null) next ??= nameStart;
                if (isIt && found is null) (found, before) = (new Member(nameStart, valueStart, (int)reader.BytesConsumed), last);
                last = (int)reader.BytesConsumed;
            }

            return new Members(start, found, before, next, last);
        }
    }

    private sealed record Member(int NameStart, int ValueStart, int End);
}
