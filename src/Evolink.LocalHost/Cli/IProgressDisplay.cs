namespace Evolink.LocalHost.Cli;

/// <summary>Shows progress while work goes on.</summary>
internal interface IProgressDisplay
{
    /// <summary>Shows the progress of several things; what is called nothing is the only one.</summary>
    /// <param name="names">What they are called.</param>
    /// <param name="work">Does them, and reports the progress of each.</param>
    Task<T> ShowAsync<T>(IReadOnlyList<string> names, Func<IReadOnlyList<Action<GenerationProgress>>, Task<T>> work);
}
