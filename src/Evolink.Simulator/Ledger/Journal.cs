using System.Text.Json;

namespace Evolink.Simulator;

/// <summary>
/// The append-only file of entries, one line of JSON each. An entry is handed to the operating system before <see cref="Append"/> returns,
/// so that it survives the death of the process; it is not forced to the disk, so that it may not survive the death of the machine.
/// </summary>
internal sealed class Journal : IDisposable
{
    private readonly FileStream file;
    private readonly FileStream ownership;

    private Journal(FileStream file, FileStream ownership)
    {
        this.file = file;
        this.ownership = ownership;
    }

    /// <summary>Opens the journal of a folder, hands out what it holds, and cuts off a last line that a crash left unfinished.</summary>
    /// <exception cref="IOException">Another simulator has it open, or a line in its middle is not an entry.</exception>
    public static Journal Open(string folder, Action<JournalEntry> replay)
    {
        Directory.CreateDirectory(folder);

        // A file of its own, so that the journal can be read and copied while it is in use.
        FileStream claim = new(Path.Combine(folder, "journal.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            return new Journal(OpenFile(Path.Combine(folder, "journal.jsonl"), replay), claim);
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    public void Append(JournalEntry entry)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(entry, SimulatorJson.Default.JournalEntry);
        byte[] line = [.. json, (byte)'\n'];
        long start = file.Position;
        try
        {
            file.Write(line);
        }
        catch (IOException)
        {
            // Half a line in the middle would make the whole journal unreadable.
            file.SetLength(start);
            throw;
        }
    }

    public void Clear() => file.SetLength(0);

    public void Dispose()
    {
        file.Dispose();
        ownership.Dispose();
    }

    private static FileStream OpenFile(string path, Action<JournalEntry> replay)
    {
        byte[] lines = File.Exists(path) ? File.ReadAllBytes(path) : [];
        int end = 0;
        for (int number = 1; lines.AsSpan(end).IndexOf((byte)'\n') is var length and >= 0; number++, end += length + 1)
            replay(Parse(lines.AsSpan(end, length), path, number));

        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        stream.SetLength(end);
        stream.Seek(0, SeekOrigin.End);
        return stream;
    }

    private static JournalEntry Parse(ReadOnlySpan<byte> line, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(line, SimulatorJson.Default.JournalEntry)
                ?? throw new JsonException("The line is null.");
        }
        catch (JsonException exception)
        {
            throw new IOException(
                $"Line {number} of {path} is not an entry of the simulator's journal. Move the folder away to begin anew.", exception);
        }
    }
}
