using System.Text.Json;

namespace Evolink.Simulator;

/// <summary>
/// The append-only file of entries, one line of JSON each. An entry is handed to the operating system before <see cref="Append"/> returns,
/// so that it survives the death of the process; it is not forced to the disk, so that it may not survive the death of the machine.
/// </summary>
internal sealed class Journal : IDisposable
{
    private readonly FileStream file;

    private Journal(FileStream file) => this.file = file;

    /// <summary>Opens the journal of a folder, hands out what it holds, and cuts off a last line that a crash left unfinished.</summary>
    /// <exception cref="IOException">Another simulator has it open, or a line in its middle is not an entry.</exception>
    public static Journal Open(string folder, Action<JournalEntry> replay)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, "journal.jsonl");
        byte[] lines = File.Exists(path) ? File.ReadAllBytes(path) : [];
        int end = 0;
        for (int number = 1; lines.AsSpan(end).IndexOf((byte)'\n') is var length and >= 0; number++, end += length + 1)
            replay(Parse(lines.AsSpan(end, length), path, number));

        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        stream.SetLength(end);
        stream.Seek(0, SeekOrigin.End);
        return new Journal(stream);
    }

    public void Append(JournalEntry entry)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(entry, SimulatorJson.Default.JournalEntry);
        byte[] line = new byte[json.Length + 1];
        json.CopyTo(line, 0);
        line[^1] = (byte)'\n';
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

    public void Dispose() => file.Dispose();

    private static JournalEntry Parse(ReadOnlySpan<byte> line, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(line, SimulatorJson.Default.JournalEntry)
                ?? throw new JsonException("The line is null.");
        }
        catch (JsonException exception)
        {
            throw new IOException($"Line {number} of {path} is not an entry of the simulator's journal. Move the folder away to begin anew.", exception);
        }
    }
}
