namespace Evolink.LocalHost.Durable.Execution;

/// <summary>
/// Takes in, from any thread, that orchestrator code ran outside of its turn. During a turn that turn sees it; between turns the engine is
/// told, once, and gives the instance a turn to fail in.
/// </summary>
internal sealed class FaultGate(Action<string> tellEngine)
{
    private readonly Lock _gate = new();
    private string? _fault;
    private bool _inTurn;

    /// <summary>What was reported first, if anything was.</summary>
    public string? Fault
    {
        get
        {
            lock (_gate)
                return _fault;
        }
    }

    public void Enter()
    {
        lock (_gate)
            _inTurn = true;
    }

    /// <summary>Ends a turn. A report that came too late for it goes to the engine.</summary>
    public void Leave(bool seen)
    {
        string? late;
        lock (_gate)
        {
            _inTurn = false;
            late = seen ? null : _fault;
        }

        if (late is not null)
            tellEngine(late);
    }

    public void Report(string what)
    {
        lock (_gate)
        {
            if (_fault is not null)
                return;
            _fault = what;
            if (_inTurn)
                return;
        }

        tellEngine(what);
    }
}
