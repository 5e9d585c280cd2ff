using System.CommandLine;
using Evolink.Client;

namespace Evolink.LocalHost.Cli;

/// <summary>A command that talks to a running app.</summary>
internal sealed class AppCommand : Command
{
    private readonly AppConnectionOptions _connection = new();

    /// <param name="name">Its name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="symbols">Its own arguments and options, before those that say which app.</param>
    /// <param name="run">Does it, and returns the exit code.</param>
    public AppCommand(string name, string description, IEnumerable<Symbol> symbols, Func<ParseResult, EvolinkAppClient, CancellationToken, Task<int>> run)
        : base(name, description)
    {
        foreach (Symbol symbol in symbols)
        {
            if (symbol is Argument argument)
                Add(argument);
            else
                Add((Option)symbol);
        }

        _connection.AddTo(this);
        SetAction(async parsed =>
        {
            using var signals = new StopSignals();
            EvolinkAppClient app = await _connection.Read(parsed).OpenAsync(signals.Token);
            return await run(parsed, app, signals.Token);
        });
    }

    public static Argument<string> Id() => new("ID") { Description = "The task's id, as in gen-rwm3..." };

    public static Option<bool> Json(string description) => new("--json") { Description = description };
}
