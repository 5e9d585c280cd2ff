namespace Evolink.Pipeline.Options;

/// <summary>Images that are put into the container <c>uploads</c>.</summary>
public sealed class UploadsOptions
{
    /// <summary>Name of the client that owns what is put there. Empty: nothing is made of it.</summary>
    public string? Client { get; set; }

    /// <summary>How long an image without a prompt of its own waits for its sidecar. Default 5 s.</summary>
    public TimeSpan SidecarWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Under which name the video is copied to <c>by-name/</c> beside the blob of its id: <c>{folder}/{name}.mp4</c>. Empty: there is no
    /// copy.
    /// </summary>
    public string? OutputName { get; set; }
}
