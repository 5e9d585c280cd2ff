namespace Evolink.Benchmarks.Servers;

/// <summary>Blob requests by the names and classes under which Azure bills them.</summary>
internal static class BlobOperations
{
    private const string Records = "/generations/records/";

    /// <summary>Operation and place: <c>Put Blob generations/records</c>.</summary>
    public static string NameOf(HttpRequestMessage request)
    {
        string query = request.RequestUri!.Query;
        // The emulator puts the account's name in front.
        string[] parts = request.RequestUri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        string place = parts.Length > 3 ? $"{parts[1]}/{parts[2]}" : parts.ElementAtOrDefault(1) ?? "";
        string operation = request.Method.Method switch
        {
            "PUT" when query.Contains("restype=container", StringComparison.Ordinal) => "Create Container",
            "PUT" when query.Contains("comp=blocklist", StringComparison.Ordinal) => "Put Block List",
            "PUT" when query.Contains("comp=block", StringComparison.Ordinal) => "Put Block",
            "PUT" => "Put Blob",
            "GET" when query.Contains("comp=list", StringComparison.Ordinal) => "List Blobs",
            "GET" => "Get Blob",
            "HEAD" => "Get Blob Properties",
            "DELETE" => "Delete Blob",
            var other => other,
        };
        return $"{operation} {place}";
    }

    /// <summary>Whether an operation is billed as a write, which costs about ten times a read; deletes are free.</summary>
    public static bool IsWrite(string name) => name.StartsWith("Put ", StringComparison.Ordinal) || name.StartsWith("List ", StringComparison.Ordinal);

    /// <summary>Whether an operation is billed as a read or as one of the others, which cost the same.</summary>
    public static bool IsRead(string name) => name.StartsWith("Get ", StringComparison.Ordinal);

    /// <summary>The job whose record this request ends; null for every other request.</summary>
    public static async Task<string?> EndedJobAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string path = request.RequestUri!.AbsolutePath;
        int at = path.IndexOf(Records, StringComparison.Ordinal);
        if (request.Method != HttpMethod.Put || at < 0 || request.Content is null)
            return null;
        byte[] record = await request.Content.ReadAsByteArrayAsync(cancellationToken);
        return record.AsSpan().IndexOf("\"ended_at\":\""u8) >= 0 ? path[(at + Records.Length)..^".json".Length] : null;
    }
}
