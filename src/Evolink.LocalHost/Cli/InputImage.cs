namespace Evolink.LocalHost.Cli;

/// <summary>An image that a command line names.</summary>
/// <param name="Source">The file, or the link, as it was named.</param>
/// <param name="ContentType">The file's, by its bytes; <see langword="null"/>: it is a link, which is handed on.</param>
/// <param name="Identity">SHA-256 of the file's bytes, or of the link.</param>
internal sealed record InputImage(string Source, string? ContentType, string Identity)
{
    /// <summary>What is changed of the file when it is sent, in words; <see langword="null"/>: nothing.</summary>
    public string? Changes { get; init; }

    /// <summary>What it is called among others.</summary>
    public string Name => ContentType is not null ? Path.GetFileName(Source)
        : Path.GetFileName(new Uri(Source).AbsolutePath.TrimEnd('/')) is { Length: > 0 } last ? last
        : new Uri(Source).Host;

    /// <summary>Its name as a reference of the job; <see langword="null"/> where it cannot be one.</summary>
    public string? Reference => VideoGenerationRequestValidator.IsReference(Name) ? Name : null;

    /// <summary>The bytes to send of a file.</summary>
    /// <exception cref="IOException">It cannot be read, or is another one by now.</exception>
    public async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        byte[] file = await File.ReadAllBytesAsync(Source, cancellationToken);
        return Changes is null
            ? file
            : PictureFit.Make(file)?.File ?? throw new IOException($"{Source} has changed and cannot be made to fit any more.");
    }

    /// <summary>Whether a name on the command line is a link.</summary>
    public static bool IsLink(string name) =>
        name.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || name.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
}
