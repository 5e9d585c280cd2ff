using Microsoft.AspNetCore.Connections;

namespace Evolink.LocalHost.Cli;

/// <summary>Turns what went wrong into a sentence for a person.</summary>
internal static class Failures
{
    private const int NoSpaceLeftUnix = 28;
    private const int NoSpaceLeftWindows = unchecked((int)0x80070070);

    // What the app's own process says of its settings, in the name of the exception that ended it.
    private const string WrongSettings = "OptionsValidationException: ";

    public static string Explain(Exception exception) => exception switch
    {
        LocalHostException or UsageException => exception.Message,
        EvolinkException { Code: EvolinkErrorCodes.ConnectionFailed or EvolinkErrorCodes.ConnectionLost, InnerException: { } why } =>
            $"The server could not be reached: {why.Message}",
        EvolinkException refused => $"{refused.Code}: {refused.ErrorMessage ?? refused.Message}",
        FunctionAppException app when app.Message.Split(WrongSettings) is [_, var problems] => $"The settings are not right:{Environment.NewLine}{problems}",
        FunctionAppException app => app.Message,
        IOException { HResult: NoSpaceLeftUnix or NoSpaceLeftWindows } =>
            "There is no disk space left. Free some, or choose a folder on another disk with --data DIR.",
        { InnerException: AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } } or AddressInUseException => "The port is already in use. Choose another with --port, or 0 for any that is free.",
        HttpRequestException unreachable => $"The server could not be reached: {unreachable.Message}",
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        _ => $"Something unexpected happened ({exception.GetType().Name}): {exception.Message} Run again with --verbose to see where.",
    };
}

/// <summary>An argument is well-formed, but cannot be worked with (a file that is not there).</summary>
internal sealed class UsageException(string message, Exception? innerException = null) : Exception(message, innerException);
