using System.Net.Sockets;
using Evolink.LocalHost.Durable.Journal;
using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Evolink.LocalHost.Cli;

/// <summary>Turns what went wrong into a sentence for a person.</summary>
internal static class Failures
{
    private const int NoSpaceLeftUnix = 28;
    private const int NoSpaceLeftWindows = unchecked((int)0x80070070);
    private const int SqliteFull = 13;

    public static string Explain(Exception exception) => exception switch
    {
        LocalHostException or UsageException or JournalUnusableException => exception.Message,
        AppException refused => $"{refused.Code}: {refused.Message}",
        OptionsValidationException wrong => string.Join(Environment.NewLine, wrong.Failures.Prepend("The settings are not right:")),
        IOException { HResult: NoSpaceLeftUnix or NoSpaceLeftWindows } or SqliteException { SqliteErrorCode: SqliteFull } =>
            "There is no disk space left. Free some, or choose a folder on another disk with --data DIR.",
        { InnerException: AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } } or AddressInUseException => "The port is already in use. Choose another with --port, or 0 for any that is free.",
        HttpRequestException unreachable => $"The server could not be reached: {unreachable.Message}",
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        _ => $"Something unexpected happened ({exception.GetType().Name}): {exception.Message} Run again with --verbose to see where.",
    };
}
