namespace Evolink.Client;

/// <summary>A file that is there whole, or not at all.</summary>
internal static class VideoFile
{
    /// <summary>Writes it beside its place, and puts it there once it is whole; its folder is made.</summary>
    /// <param name="file">Where it shall be; what is there is replaced.</param>
    /// <param name="name">A name for what is not whole yet, which no other writer in the folder has.</param>
    /// <param name="write">Writes it.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static async Task<DownloadedVideo> WriteAsync(string file, string name, Func<Stream, Task<DownloadedVideo>> write)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        Directory.CreateDirectory(folder);
        string aside = Path.Combine(folder, $"{name}.part");
        try
        {
            DownloadedVideo video;
            using (FileStream part = new(aside, FileMode.Create, FileAccess.Write, FileShare.None))
                video = await write(part).ConfigureAwait(false);
            File.Move(aside, file, overwrite: true);
            return video;
        }
        finally
        {
            File.Delete(aside);
        }
    }
}
