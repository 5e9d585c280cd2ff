namespace Evolink.LocalHost.Cli;

/// <summary><c>list</c>, <c>show</c>, <c>cancel</c>, <c>watch</c> and <c>open</c>: the tasks of a running app.</summary>
internal static class TaskCommands
{
    private const int UsualLimit = 20;

    public static IEnumerable<Command> Build() => [List(), Show(), Cancel(), Watch(), Open()];

    private static AppCommand List()
    {
        Option<string?> status = new Option<string?>("--status") { Description = "Those of one status." }.AcceptOnlyFromAmong("pending", "processing", "completed", "failed");
        Option<int> limit = CommonOptions.Number("--limit", "At most so many.", "N", 1, 1_000_000, UsualLimit);
        Option<bool> json = AppCommand.Json("One JSON object for each task, as the app tells it.");
        return new AppCommand("list", "Lists your tasks, newest first.", [status, limit, json], async (parsed, app, cancellationToken) =>
        {
            int count = 0;
            await foreach (EvolinkAppTask task in app.ListTasksAsync(StatusOf(parsed.GetValue(status)), cancellationToken).Take(parsed.GetValue(limit)))
            {
                if (count++ == 0 && !parsed.GetValue(json))
                    Console.WriteLine(TaskText.Header);
                Tell(task, parsed.GetValue(json), [TaskText.Line(task, TimeProvider.System.GetUtcNow())]);
            }

            if (count == 0)
                await Console.Error.WriteLineAsync("There are no such tasks.");
            return ExitCode.Done;
        });
    }

    private static VideoTaskStatus? StatusOf(string? given) => given is null ? null : new VideoTaskStatus(given);

    private static AppCommand Show()
    {
        Argument<string> id = AppCommand.Id();
        Option<bool> json = AppCommand.Json("One JSON object, as the app tells it.");
        return new AppCommand("show", "Shows how a task stands.", [id, json], async (parsed, app, cancellationToken) =>
        {
            EvolinkAppTask task = await app.GetTaskAsync(parsed.GetValue(id)!, wait: null, cancellationToken);
            Tell(task, parsed.GetValue(json), TaskText.Details(task));
            return ExitCode.Done;
        });
    }

    private static AppCommand Cancel()
    {
        Argument<string[]> ids = new("ID") { Description = "The tasks' ids.", Arity = ArgumentArity.OneOrMore };
        Option<bool> json = AppCommand.Json("One JSON object for each task, as the app tells it.");
        return new AppCommand("cancel", "Stops waiting for tasks. Evolink has no cancel: what was submitted may still be charged.", [ids, json], async (parsed, app, cancellationToken) =>
        {
            bool all = true;
            foreach (string id in parsed.GetValue(ids)!)
            {
                try
                {
                    EvolinkAppTask task = await app.CancelTaskAsync(id, cancellationToken);
                    Tell(task, parsed.GetValue(json), [task.IsOver ? $"{id} is over: {task.Error?.Code ?? task.Status.ToString()}." : $"{id} is being cancelled."]);
                }
                catch (EvolinkException refused)
                {
                    all = false;
                    await Console.Error.WriteLineAsync($"{id}: {Failures.Explain(refused)}");
                }
            }

            return all ? ExitCode.Done : ExitCode.Failed;
        });
    }

    private static AppCommand Watch()
    {
        Argument<string> id = AppCommand.Id();
        Option<string?> output = new("--out") { Description = "Save the video here; into a folder where it ends with a slash.", HelpName = "FILE" };
        Option<bool> json = AppCommand.Json("At the end one JSON object, as the app tells it; the progress to standard error.");
        return new AppCommand("watch", "Follows a task to its end. The exit code tells it: 0 completed, 1 failed.", [id, output, json], async (parsed, app, cancellationToken) =>
        {
            (EvolinkAppTask task, string? file) = await Terminal.Progress(parsed.GetValue(json)).ShowAsync([""], reports =>
                FollowAsync(app, parsed.GetValue(id)!, parsed.GetValue(output), reports[0], cancellationToken));
            Tell(task, parsed.GetValue(json), [.. TaskText.Details(task), .. file is null ? Array.Empty<string>() : [$"saved     {file}"]]);
            return task.IsCompleted ? ExitCode.Done : ExitCode.Failed;
        });
    }

    private static AppCommand Open()
    {
        Argument<string> id = AppCommand.Id();
        return new AppCommand("open", "Opens a task's video, and prints its link; into a pipe it prints alone.", [id], async (parsed, app, cancellationToken) =>
        {
            EvolinkAppTask task = await app.GetTaskAsync(parsed.GetValue(id)!, wait: null, cancellationToken);
            Uri link = task.Link ?? throw new LocalHostException(
                $"video_not_found: The task is {task.Status}{(task.Error?.Code is { } code ? $" ({code})" : "")}; it has no video.");
            Console.WriteLine(link.OriginalString);
            if (!Console.IsOutputRedirected && !TryOpen(link))
                await Console.Error.WriteLineAsync("No browser could be started; the link opens in any.");
            return ExitCode.Done;
        });
    }

    // Anything but a web address is not handed to the system.
    private static bool TryOpen(Uri address)
    {
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https"))
            return false;
        try
        {
            using Process? started = Process.Start(new ProcessStartInfo(address.AbsoluteUri) { UseShellExecute = true });
            return true;
        }
        catch (Exception e) when (e is Win32Exception or FileNotFoundException)
        {
            return false;
        }
    }

    private static async Task<(EvolinkAppTask Task, string? File)> FollowAsync(
        EvolinkAppClient app, string id, string? target, Action<GenerationProgress> report, CancellationToken cancellationToken)
    {
        EvolinkAppTask task = await FollowedTask.ToEndAsync(app, id, TimeProvider.System, report, cancellationToken);
        report(new GenerationProgress(task.Status.ToString(), task.IsCompleted ? 100 : task.Progress ?? 0));
        return target is null || !task.IsCompleted
            ? (task, null)
            : (task, await FollowedTask.SaveAsync(app, task, target, name: null, cancellationToken));
    }

    private static void Tell(EvolinkAppTask task, bool json, IEnumerable<string> lines)
    {
        if (json)
            lines = [JsonSerializer.Serialize(task.GetRawJson(), CliJsonContext.Readable.JsonElement)];
        foreach (string line in lines)
        {
            if (json)
                Console.WriteLine(line);
            else
                Terminal.WriteLine(line);
        }
    }
}
