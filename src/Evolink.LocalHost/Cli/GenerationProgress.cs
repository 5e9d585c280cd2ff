namespace Evolink.LocalHost.Cli;

/// <summary>How far a generation is.</summary>
/// <param name="Phase">What happens now, in a word or two.</param>
/// <param name="Percent">0 to 100.</param>
/// <param name="Estimate">How long the whole may take, where known.</param>
internal sealed record GenerationProgress(string Phase, int Percent, TimeSpan? Estimate);
