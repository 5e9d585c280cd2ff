using System.CommandLine;
using Evolink.LocalHost.Cli;

namespace Evolink.LocalHost.Tests.Cli;

/// <summary>All options and arguments of all commands, from the command tree itself: what is new there is tested too.</summary>
public sealed class OptionTests
{
    private static readonly string[] Mistakes = ["abc", "", "-1", "99999999999999999999", "1e999", "NaN"];
    private static readonly Type[] Numbers = [typeof(int), typeof(int?), typeof(double)];

    // Every number is one.
    private static readonly string[] TakesNegatives = ["--seed"];

    public static TheoryData<string, string, string> All
    {
        get
        {
            TheoryData<string, string, string> all = [];
            foreach ((string[] path, Command command) in Commands([], CommandLine.Build()))
            {
                foreach (Symbol symbol in command.Options.Cast<Symbol>().Concat(command.Arguments))
                {
                    foreach (string mistake in Mistakes)
                        all.Add(string.Join(' ', path), symbol.Name, mistake);
                }
            }

            return all;
        }
    }

    [Fact]
    public void The_walk_meets_the_numbers()
    {
        IEnumerable<Option> numbers = Commands([], CommandLine.Build()).SelectMany(command => command.Command.Options).Where(IsNumber);
        Assert.Equal(
            ["--deadline", "--duration", "--generations", "--kills", "--limit", "--list-lag", "--port", "--seed", "--simulator-time"],
            numbers.Select(option => option.Name).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_value_that_cannot_be_is_one_sentence_and_exit_code_2(string path, string symbol, string value)
    {
        string[] words = path.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Command command = Commands([], CommandLine.Build()).First(each => each.Path.SequenceEqual(words)).Command;
        string[] args = [.. words, .. Needed(command, symbol), .. symbol.StartsWith('-') ? [symbol, value] : new[] { value }];
        ParseResult parsed = CommandLine.Build().Parse(args);
        Option? option = command.Options.FirstOrDefault(each => each.Name == symbol);
        bool isNumber = option is not null && IsNumber(option) && !(value == "-1" && TakesNegatives.Contains(symbol));
        bool isText = option is null || option.ValueType == typeof(string) || option.ValueType == typeof(string[]);
        if (isNumber || (isText && value.Length == 0))
            Assert.NotEmpty(parsed.Errors);
        // What is right would be done: serve would serve.
        if (parsed.Errors.Count == 0 || symbol is "--help" or "--version")
            return;

        using StringWriter errors = new();
        int code = await CommandLine.RunAsync(args, errors);

        string told = errors.ToString();
        Assert.Equal(ExitCode.Usage, code);
        Assert.DoesNotContain("   at ", told, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", told, StringComparison.Ordinal);
        if (isNumber)
        {
            string[] lines = told.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
            Assert.Matches($"^{symbol} is a (whole )?number from \\S+ to \\S+, not \"{value}\"\\.$", lines[0]);
            Assert.Equal(2, lines.Length);
        }
    }

    // What the command needs besides, so that the value alone is wrong.
    private static IEnumerable<string> Needed(Command command, string symbol)
    {
        foreach (Option option in command.Options.Where(option => option.Required && option.Name != symbol))
            yield return $"{option.Name}=x";
        // Needed unless a model is named.
        if (command.Name == "generate")
            yield return "--model=x";
        if (command.Options.Any(option => option.Name == "--yes") && symbol != "--yes")
            yield return "--yes";
        foreach (Argument argument in command.Arguments.Where(argument => argument.Name != symbol))
            yield return argument.GetCompletions(System.CommandLine.Completions.CompletionContext.Empty).FirstOrDefault()?.Label ?? "x";
    }

    private static bool IsNumber(Option option) => Numbers.Contains(option.ValueType);

    private static IEnumerable<(string[] Path, Command Command)> Commands(string[] path, Command command)
    {
        if (path.Length > 0 && command.Subcommands.Count == 0)
            yield return (path, command);
        foreach (Command inner in command.Subcommands)
        {
            foreach ((string[] Path, Command Command) found in Commands([.. path, inner.Name], inner))
                yield return found;
        }
    }
}
