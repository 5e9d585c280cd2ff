namespace Evolink.Client;

// Videos: each may be downloaded as often as one likes.
public partial class EvolinkAppClient
{
    /// <summary>
    /// Opens the video of a completed task for reading, by its id: no link is needed, so that none can be dead. The stream is the
    /// caller's; to a file, <see cref="DownloadToAsync(EvolinkAppTask, string, CancellationToken)"/> is surer.
    /// </summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="EvolinkException">There is no such video (<c>video_not_found</c>), or the app refused.</exception>
    public virtual Task<Stream> OpenVideoAsync(string id, CancellationToken cancellationToken = default) =>
        _videos.OpenAsync(At($"v1/videos/{Segment(id)}/content"), isOwn: true, cancellationToken);

    /// <summary>Downloads the video of a completed task, and checks it against the length and SHA-256 that the app tells.</summary>
    /// <param name="task">The task, with a link that is not dead: read it anew where it may be.</param>
    /// <param name="target">Takes the bytes; what was written is only right where this does not throw.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="EvolinkException">
    /// There is no video (<see cref="EvolinkErrorCodes.ResultMissing"/>), the link is dead, or what came is not what was stored
    /// (<see cref="EvolinkErrorCodes.DownloadDamaged"/>).
    /// </exception>
    public virtual async Task<DownloadedVideo> DownloadToAsync(
        EvolinkAppTask task, Stream target, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(target);
        Uri link = task.Link ?? throw VideoDownload.Missing($"The task is {task.Status}, and has no link to a video.");
        // A link carries its own signature, and may lead elsewhere: it never gets the key.
        DownloadedVideo video = await _videos.CopyAsync(link, target, cancellationToken).ConfigureAwait(false);
        if (task.Video is { } told && !(told.Size == video.Size && IsSame(told.Sha256, video.Sha256)))
        {
            string words = $"The video arrived damaged: {video.Size} bytes with SHA-256 {video.Sha256}, "
                + $"expected {told.Size} with {told.Sha256}.";
            throw new EvolinkException(words, SubmitOutcome.NotSent) { Code = EvolinkErrorCodes.DownloadDamaged, IsTransient = true };
        }

        return video;
    }

    /// <summary>Downloads the video of a completed task into a file, which is there whole and checked, or not at all.</summary>
    /// <param name="task">The task, with a link that is not dead: read it anew where it may be.</param>
    /// <param name="file">The file, which is replaced; its folder is made.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="EvolinkException">There is no video, the link is dead, or it arrived damaged.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public virtual Task<DownloadedVideo> DownloadToAsync(
        EvolinkAppTask task, string file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        // Named after the job: two that want one name do not meet in it.
        return VideoFile.WriteAsync(file, UploadRules.SafeName(task.Id), part => DownloadToAsync(task, part, cancellationToken));
    }

    /// <summary>Downloads the video of a completed task into a folder, and replaces no video of another task there.</summary>
    /// <param name="task">The task, with a link that is not dead: read it anew where it may be.</param>
    /// <param name="folder">The folder; it is made.</param>
    /// <param name="name">What the file shall be called, without an extension; where that is taken, the task's id follows it.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The file.</returns>
    /// <exception cref="EvolinkException">There is no video, the link is dead, or it arrived damaged.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public virtual async Task<string> DownloadToFolderAsync(
        EvolinkAppTask task, string folder, string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        string id = UploadRules.SafeName(task.Id);
        string whole = Path.Combine(folder, $"{id}.mp4");
        await DownloadToAsync(task, whole, cancellationToken).ConfigureAwait(false);
        string named = Path.Combine(folder, $"{name}.mp4");
        try
        {
            File.Move(whole, named, overwrite: false);
        }
        catch (IOException) when (File.Exists(named) && named != whole)
        {
            named = Path.Combine(folder, $"{name}-{id}.mp4");
            File.Move(whole, named, overwrite: true);
        }

        return named;
    }

    // A hash that is not told is not compared.
    private static bool IsSame(string? told, string sha256) =>
        told is null || string.Equals(told, sha256, StringComparison.OrdinalIgnoreCase);
}
