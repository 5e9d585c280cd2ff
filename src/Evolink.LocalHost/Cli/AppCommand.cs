namespace Evolink.LocalHost.Cli;

/// <summary>A command that talks to a running app.</summary>
internal sealed class AppCommand : Command
{
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="symbols">Its own arguments and options, before those that say which app.</param>
    /// <param name="run">Does it, and returns the exit code.</param>
    /// <param name="asOperator">Whether it is for operators.</param>
    public AppCommand(
        string name,
        string description,
        IEnumerable<Symbol> symbols,
        Func<ParseResult, EvolinkAppClient, CancellationToken, Task<int>> run,
        bool asOperator = false)
        : base(name, description)
    {
        foreach (Argument argument in symbols.OfType<Argument>())
            Add(argument);
        foreach (Option option in symbols.OfType<Option>())
            Add(option);
        AppConnectionOptions connection = new(asOperator);
        connection.AddTo(this);
        SetAction(async parsed =>
        {
            using var signals = new StopSignals();
            return await run(parsed, await connection.Read(parsed).OpenAsync(signals.Token), signals.Token);
        });
    }

    public static Argument<string> Id() => new("ID") { Description = "The task's id, as in gen-rwm3..." };

    public static Option<bool> Json(string description) => new("--json") { Description = description };
}
