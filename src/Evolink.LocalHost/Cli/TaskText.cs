using Spectre.Console;

namespace Evolink.LocalHost.Cli;

/// <summary>A task in words, with Spectre's markup.</summary>
internal static class TaskText
{
    private const int SourceWidth = 24;
    private const int PromptWidth = 40;

    /// <summary>What stands above the lines of <see cref="Line"/>.</summary>
    public static string Header { get; } =
        $"{"ID",-30}  {"STATUS",-10}     %  {"AGE",8}  {"CREDITS",7}  {"SOURCE",-SourceWidth}  {"PROMPT",-PromptWidth}  NOTE".TrimEnd();

    /// <summary>In one line: id, where it stands, how far, how old, its cost, what it was made from and of, and its end.</summary>
    public static string Line(EvolinkAppTask task, DateTimeOffset now)
    {
        string end = task switch
        {
            { IsCompleted: true, Video: { } video } => string.Create(CultureInfo.InvariantCulture, $"{video.Size:N0} bytes"),
            { IsOver: true } => Safe(ReportedError.Of(task).Code),
            { WaitingFor: { } waiting } => $"waits: {Safe(waiting.Code.Value)}",
            _ => "",
        };
        decimal? credits = task.Usage is { CreditsReserved: > 0 } usage ? usage.CreditsUsed ?? usage.CreditsReserved : null;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Safe(task.Id),-30}  {Coloured(task, 10)}  {task.Progress ?? 0,3} %  {Age(now - task.CreatedAt),8}  {credits,7:0.##}  "
            + $"{Cell(SourceOf(task), SourceWidth)}  {Cell(task.Prompt, PromptWidth)}  {end}").TrimEnd();
    }

    /// <summary>In a line for each thing that is known.</summary>
    public static IEnumerable<string> Details(EvolinkAppTask task)
    {
        yield return $"{Safe(task.Id)}  {Coloured(task, 0)}{(task.Phase is { } phase && phase.Value != task.Status.Value ? $" ({Safe(phase.Value)})" : "")}, {task.Progress ?? 0} %";
        if (task.WaitingFor is { } waiting)
            yield return $"waits     {Safe(waiting.Message)}";
        yield return string.Create(CultureInfo.InvariantCulture, $"created   {task.CreatedAt:yyyy-MM-dd HH:mm:ss}Z");
        if (SourceOf(task) is { } source)
            yield return $"source    {Safe(source)}";
        if (task.EvolinkTaskId is { } evolink)
            yield return $"Evolink   {Safe(evolink)}";
        if (task.Usage is { CreditsReserved: > 0 } usage)
            yield return $"credits   {Credits(usage)}";
        if (task.Video is { } video)
            yield return string.Create(CultureInfo.InvariantCulture, $"video     {video.Size:N0} bytes, SHA-256 {Safe(video.Sha256)}");
        if (task.Link is { } link)
            yield return $"link      {Safe(link.OriginalString)}";
        if (task.ExpiresAt is { } end)
            yield return string.Create(CultureInfo.InvariantCulture, $"until     {end.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z; asking again makes a new link");
        if (task is { IsOver: true, IsCompleted: false })
        {
            ReportedError error = ReportedError.Of(task);
            yield return $"error     {Safe(error.Code)}: {Safe(error.Message)}";
            yield return $"          {Safe(Advice.For(error.Code))}";
        }
    }

    private static string? SourceOf(EvolinkAppTask task) => task switch
    {
        { Reference: { } reference } => reference,
        { Source.Name: { } name } => name,
        { Source: { Batch: { } batch, Index: { } index } } => string.Create(CultureInfo.InvariantCulture, $"{batch} {index}"),
        _ => task.Source?.MessageId ?? task.Source?.Kind.Value,
    };

    private static string Cell(string? text, int width)
    {
        string cleaned = Clean(text);
        return Markup.Escape(cleaned.Length > width ? cleaned[..(width - 3)] + "..." : cleaned.PadRight(width));
    }

    private static string Credits(VideoUsage usage) => string.Join(
        ", ",
        new[] { (usage.CreditsReserved, "reserved"), (usage.CreditsUsed, "charged"), (usage.CreditsReturned, "returned") }
            .Where(credits => credits.Item1 is not null)
            .Select(credits => string.Create(CultureInfo.InvariantCulture, $"{credits.Item1:0.##} {credits.Item2}")));

    private static string Coloured(EvolinkAppTask task, int width)
    {
        string colour = task.Status switch { { IsCompleted: true } => "green", { IsFailed: true } => "red", _ => "yellow" };
        return $"[{colour}]{Safe(task.Status.ToString()).PadRight(width)}[/]";
    }

    private static string Age(TimeSpan age) => age switch
    {
        { TotalMinutes: < 1 } => $"{(int)Math.Max(0, age.TotalSeconds)} s",
        { TotalHours: < 1 } => $"{(int)age.TotalMinutes} min",
        { TotalDays: < 1 } => $"{(int)age.TotalHours} h",
        _ => $"{(int)age.TotalDays} d",
    };

    // What a server says must not move the cursor, nor be read as markup.
    private static string Safe(string? text) => Markup.Escape(Clean(text));

    private static string Clean(string? text) => string.Concat((text ?? "").Select(letter => char.IsControl(letter) ? ' ' : letter));
}
