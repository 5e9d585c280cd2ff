namespace FunctionsHost.Worker;

/// <summary>
/// A function threw in the worker. Durable reads type, message and inner failures of an activity out of this very text, as the real host
/// writes it: "Result: ", "Exception: ", "Stack: ".
/// </summary>
internal sealed class WorkerFunctionException(string result, string message, string stack)
    : Exception($"Result: {result}\nException: {message}\nStack: {stack}");

/// <summary>
/// The worker's process ended while it ran a function. Durable knows it by this type's name: an orchestrator's turn is then given up and run
/// again, an activity is recorded as failed.
/// </summary>
internal sealed class WorkerProcessExitException(string message) : Exception(message);
