namespace Evolink.LocalHost.Cli;

/// <summary>What stands below the help of a command.</summary>
internal static class Examples
{
    private const string ExitCodes = "Exit codes: 0 done, 1 the generation failed or something does not work, 2 wrong usage, 130 stopped by Ctrl-C.";

    private const string Root = $"""
        Examples:
          Run the app with storage and a simulated Evolink on http://127.0.0.1:7071:
            Evolink.LocalHost serve

          Make a video from an image, and save it:
            Evolink.LocalHost generate --image samples/cat.png --prompt "A cat playing piano" --out cat.mp4

          The same through an app that is already running:
            Evolink.LocalHost generate --image cat.png --prompt "..." --endpoint https://my-app.azurewebsites.net --key KEY

          See what the running app has, and follow a task to its end:
            Evolink.LocalHost list
            Evolink.LocalHost watch gen-rwm3...

        With the real Evolink API (this costs credits), set EVOLINK_API_KEY. NO_COLOR turns colours off.

        {ExitCodes}
        """;

    private const string Generate = $"""
        Examples:
          Evolink.LocalHost generate --image samples/cat.png --prompt "A cat playing piano" --out cat.mp4
          Evolink.LocalHost generate --image "shop/*.png" --prompt "Turn it around slowly" --duration 5 --out videos/
          Evolink.LocalHost generate --image a.png b.webp --prompt "..." --endpoint http://127.0.0.1:7071 --json

        {ExitCodes}
        """;

    private const string List = """
        Examples:
          Evolink.LocalHost list --status failed --limit 100
          Evolink.LocalHost list --json | jq -r 'select(.error) | .id'
        """;

    private const string Watch = """
        Examples:
          Evolink.LocalHost watch gen-rwm3... --out cat.mp4
          Evolink.LocalHost watch gen-rwm3... --endpoint https://my-app.azurewebsites.net --key KEY
        """;

    private const string Open = """
        Examples:
          Evolink.LocalHost open gen-rwm3...
          curl -o cat.mp4 "$(Evolink.LocalHost open gen-rwm3...)"
        """;

    private const string Completion = """
        Examples:
          bash, in ~/.bashrc:   source <(Evolink.LocalHost completion bash)
          zsh, in ~/.zshrc:     source <(Evolink.LocalHost completion zsh)
          PowerShell, $PROFILE: Evolink.LocalHost completion pwsh | Out-String | Invoke-Expression
        """;

    /// <summary>The examples of a command; those of the program where it has none of its own.</summary>
    public static string Of(string command) => command switch
    {
        "generate" => Generate,
        "list" => List,
        "watch" => Watch,
        "open" => Open,
        "completion" => Completion,
        _ => Root,
    };
}
