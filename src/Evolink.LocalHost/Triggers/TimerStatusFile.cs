using System.Text.Json;

namespace Evolink.LocalHost.Triggers;

/// <summary>The file beside the journal that says when each timer ran last.</summary>
internal sealed class TimerStatusFile
{
    private readonly Lock _lock = new();
    private readonly string _file;
    private readonly Dictionary<string, TimerStatus> _statuses;

    public TimerStatusFile(string journalPath)
    {
        _file = Path.ChangeExtension(journalPath, ".timers.json");
        _statuses = new Dictionary<string, TimerStatus>(Read(_file), StringComparer.OrdinalIgnoreCase);
    }

    public TimerStatus? Find(string timer)
    {
        lock (_lock)
            return _statuses.GetValueOrDefault(timer);
    }

    public void Write(string timer, TimerStatus status)
    {
        lock (_lock)
        {
            _statuses[timer] = status;
            // Aside and moved: a crash leaves the old file or the new one.
            string aside = _file + ".new";
            File.WriteAllBytes(aside, JsonSerializer.SerializeToUtf8Bytes(_statuses, TimerStatusJson.Default.DictionaryStringTimerStatus));
            File.Move(aside, _file, overwrite: true);
        }
    }

    private static Dictionary<string, TimerStatus> Read(string file)
    {
        if (!File.Exists(file))
            return [];
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), TimerStatusJson.Default.DictionaryStringTimerStatus) ?? [];
        }
        catch (JsonException e)
        {
            throw new LocalHostException($"{Path.GetFullPath(file)} is not readable as JSON. Delete it: timers then forget what they missed.", e);
        }
    }
}
