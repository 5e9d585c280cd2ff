using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace FunctionsHost.Tests.Support;

/// <summary>A line of the log.</summary>
internal sealed record LogLine(LogLevel Level, string Category, EventId EventId, string Text, IReadOnlyDictionary<string, object?> State);

/// <summary>Keeps what is logged.</summary>
internal sealed class LogSink : ILoggerProvider
{
    private readonly ConcurrentQueue<LogLine> _lines = new();

    public IReadOnlyList<LogLine> Lines => [.. _lines];

    public override string ToString() => string.Join(Environment.NewLine, _lines.Select(line => $"{line.Level} {line.Category}: {line.Text}"));

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(LogSink sink, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Dictionary<string, object?> values = [];
            foreach ((string name, object? value) in state as IEnumerable<KeyValuePair<string, object?>> ?? [])
                values[name] = value;
            sink._lines.Enqueue(new LogLine(logLevel, category, eventId, $"{formatter(state, exception)} {exception}".TrimEnd(), values));
        }
    }
}
