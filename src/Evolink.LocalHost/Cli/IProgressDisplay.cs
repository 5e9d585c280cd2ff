namespace Evolink.LocalHost.Cli;

/// <summary>Shows progress while work goes on.</summary>
internal interface IProgressDisplay
{
    Task<T> ShowAsync<T>(Func<Action<GenerationProgress>, Task<T>> work);
}
