using Microsoft.Extensions.Logging;

namespace Evolink.LocalHost.Durable.Execution;

/// <summary>What executions share.</summary>
/// <param name="Loggers">Where orchestrators log.</param>
/// <param name="DefaultVersion">The version of sub-orchestrations that name none.</param>
/// <param name="CompareInputs">
/// Whether a replay compares inputs and due times too. Journals of changed code need not match there; the same code must.
/// </param>
internal sealed record ExecutionSettings(ILoggerFactory Loggers, string DefaultVersion, bool CompareInputs);
