namespace Evolink.Functions;

/// <summary>A run of a timer in parts: that one fails does not stop the others, and all failures are thrown at its end.</summary>
/// <param name="onFailure">Is told of each failure, and of which part it is.</param>
/// <param name="cancellationToken">Stops the run; that it was stopped is no failure of a part.</param>
internal sealed class IndependentParts(Action<Exception, string> onFailure, CancellationToken cancellationToken)
{
    private readonly List<Exception> _failures = [];

    /// <summary>Runs a part.</summary>
    public async Task TryAsync(string part, Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            onFailure(e, part);
            _failures.Add(e);
        }
    }

    /// <summary>Ends the run.</summary>
    /// <param name="run">What it is called.</param>
    /// <exception cref="AggregateException">Parts of it failed.</exception>
    public void ThrowIfAnyFailed(string run)
    {
        if (_failures.Count > 0)
            throw new AggregateException($"Parts of the {run} failed; the others ran.", _failures);
    }
}
