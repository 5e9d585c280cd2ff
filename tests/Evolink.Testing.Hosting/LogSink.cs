using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Evolink.Testing.Hosting;

/// <summary>Keeps what is logged, with scopes and exceptions. What a worker logs has its event's name in place of the id, which the protocol does not carry.</summary>
public sealed class LogSink : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(LogSink sink, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            sink._lines.Enqueue($"scope {category}: {state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            sink._lines.Enqueue($"{logLevel} {category} {(eventId.Id == 0 ? eventId.Name : $"{eventId.Id}")}: {formatter(state, exception)} {exception}");
    }
}
