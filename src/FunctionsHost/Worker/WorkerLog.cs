namespace FunctionsHost.Worker;

/// <summary>
/// The log lines that a worker sends, under the categories that they have in the worker. For those that a function writes, the levels of
/// <c>Function.{name}.User</c> apply as well: under that category the real host logs them.
/// </summary>
internal sealed class WorkerLog(ILoggerFactory logs)
{
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new();

    /// <param name="line">The line.</param>
    /// <param name="function">The function that is running as it is written; null where none is.</param>
    public void Write(RpcLog line, string? function)
    {
        var level = (LogLevel)line.Level;
        if (function is not null && line.LogCategory == RpcLog.Types.RpcLogCategory.User && !Logger($"Function.{function}.User").IsEnabled(level))
            return;
        KeyValuePair<string, object?>[] state =
        [
            new("Text", line.Exception is { Message.Length: > 0 } exception ? $"{line.Message}{Environment.NewLine}{exception.Message}" : line.Message),
            new("FunctionName", function),
            new("InvocationId", line.InvocationId),
        ];
        Logger(line.Category is { Length: > 0 } category ? category : "Worker").Log(level, EventOf(line), state, null, static (state, _) => (string)state[0].Value!);
    }

    private static EventId EventOf(RpcLog line) =>
        int.TryParse(line.EventId, CultureInfo.InvariantCulture, out int id) ? new EventId(id) : new EventId(0, line.EventId);

    private ILogger Logger(string category) => _loggers.GetOrAdd(category, logs.CreateLogger);
}
