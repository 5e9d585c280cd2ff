using System.Text;

namespace Evolink.Benchmarks.Hostile;

/// <summary>What an attacker puts where something else belongs. Everything follows from the random numbers that it is given.</summary>
internal static class Garbage
{
    private static readonly string[] Texts =
    [
        "", " ", "null", "true", "-1", "0", "9223372036854775808", "1e400", "NaN", "undefined", "..", "../../etc/passwd", "..%2f..%2f", "%00", "%", "%zz", "a%00b", "%ff%fe", "%c0%af",
        "' OR 1=1 --", "<script>alert(1)</script>", "${jndi:ldap://127.0.0.1/a}", "{{7*7}}", "\u202Egpj", "\uFEFF", "\U0001F4A9", "gen-", "gen-aaaaaaaaaaaaaaaaaaaaaaaaaa", "gen-AAAAAAAAAAAAAAAAAAAAAAAAAA",
        "batch-aaaaaaaaaaaaaaaaaaaaaaaaaa", "task-unified-1", "http://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "https://[::1]/x.png", "https://example.com/cat.png", "file:///etc/passwd", "data:image/png;base64,AAAA", "Bearer", "*", "W/\"x\"", "2026-13-45T99:99:99Z",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "[]", "{}", "\"\"", "-1", "0", "1e999", "123456789012345678901234567890", "0.1", "\"\\ud800\"", "\"\\u0000\"", "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]", "{\"a\":{\"a\":{\"a\":{}}}}", "\"\\\"", "NaN", "'x'", "/*c*/1", "[1,]", "\"https://169.254.169.254/\"", "[\"https://127.0.0.1/a.png\"]", "[null]", "[\"\",\"\"]",
    ];

    /// <summary>A text, short or long.</summary>
    public static string Text(Random random) => random.Next(8) switch
    {
        0 => new string((char)random.Next(33, 127), random.Next(1, 4000)),
        1 => Printable(random, random.Next(1, 64)),
        2 => Unicode(random, random.Next(1, 32)),
        _ => Texts[random.Next(Texts.Length)],
    };

    /// <summary>A value that may stand in JSON, or nearly.</summary>
    public static string Value(Random random) => random.Next(6) == 0 ? $"\"{new string('x', random.Next(1, 5000))}\"" : Values[random.Next(Values.Length)];

    /// <summary>Bytes that were right before.</summary>
    public static byte[] Mutate(byte[] right, Random random)
    {
        List<byte> bytes = [.. right];
        for (int i = random.Next(1, 6); i > 0 && bytes.Count > 0; i--)
        {
            int at = random.Next(bytes.Count);
            int length = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 5:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Value(random)));
                    break;
                default:
                    bytes.Insert(at, "{}[]\",:\\\0"u8[random.Next(9)]);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>JSON with one property replaced, doubled or added.</summary>
    public static byte[] Json(IReadOnlyDictionary<string, string> right, Random random)
    {
        List<(string Name, string Value)> fields = [.. right.Select(field => (field.Key, field.Value))];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int at = random.Next(fields.Count);
            fields[at] = random.Next(4) switch
            {
                0 => (fields[at].Name, Value(random)),
                1 => ($"{fields[at].Name}{(char)random.Next('a', 'z')}", fields[at].Value),
                2 => (random.Next(2) == 0 ? "\\ud800" : "__proto__", Value(random)),
                _ => fields[random.Next(fields.Count)],
            };
        }

        return Encoding.UTF8.GetBytes($"{{{string.Join(',', fields.Select(field => $"\"{field.Name}\":{field.Value}"))}}}");
    }

    private static string Printable(Random random, int length) => string.Create(length, random, static (text, random) =>
    {
        for (int i = 0; i < text.Length; i++)
            text[i] = (char)random.Next(32, 127);
    });

    private static string Unicode(Random random, int length) => string.Create(length, random, static (text, random) =>
    {
        for (int i = 0; i < text.Length; i++)
            text[i] = (char)random.Next(1, 0xD800);
    });
}
