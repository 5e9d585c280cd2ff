namespace Evolink.LocalHost.Cli;

/// <summary>Shows progress while work goes on.</summary>
internal interface IProgressDisplay
{
    /// <summary>Shows the progress of several things; what is called nothing is the only one.</summary>
    /// <param name="names">What they are called.</param>
    /// <param name="work">Does them, and reports the progress of each.</param>
    Task<T> ShowAsync<T>(IReadOnlyList<string> names, Func<IReadOnlyList<Action<GenerationProgress>>, Task<T>> work);
}

/// <summary>How far a generation is.</summary>
/// <param name="Phase">What happens now, in a word or two.</param>
/// <param name="Percent">0 to 100; null while nobody knows, before the provider has it.</param>
/// <param name="Remaining">How long it may still take, by the provider's estimate, where known.</param>
internal sealed record GenerationProgress(string Phase, int? Percent, TimeSpan? Remaining = null)
{
    /// <summary>What it waits for, where that is more than the provider's work.</summary>
    public string? Waiting { get; init; }

    /// <summary>The estimate in words, once it is worth telling.</summary>
    public string RemainingText => Remaining is { TotalSeconds: >= 1 } left ? $"about {left.TotalSeconds:0} s left" : "";
}
