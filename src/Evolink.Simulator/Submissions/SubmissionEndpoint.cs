using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Evolink.Client;
using Microsoft.AspNetCore.Http;

namespace Evolink.Simulator;

/// <summary><c>POST /v1/videos/generations</c>.</summary>
internal sealed partial class SubmissionEndpoint(
    SimulatorOptions options, Accounts accounts, SubmitRate rate, RequestRules rules, Ledger ledger, TaskRunner runner)
{
    private const int MaxBodyBytes = 1024 * 1024;
    private readonly TimeProvider clock = options.TimeProvider;

    public async Task<IResult> SubmitAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        var submit = new Submit(accounts.Of(request), Key(request), clock.GetUtcNow());
        if (submit.Account is null)
            return Refuse(submit, 401, new EvolinkError("unauthorized", "Invalid or expired token", "authentication_error"));
        if (!rate.TryTake())
        {
            context.Response.Headers.RetryAfter = "1";
            return Refuse(submit, 429, new EvolinkError("rate_limit_exceeded", "Too many requests, please try again later", "rate_limit_error"));
        }

        if (!request.HasJsonContentType())
            return Refuse(submit, 415, Invalid("The content type must be application/json."));
        if (submit.Key is { } key && options.Idempotency == IdempotencySupport.On && !IdempotencyKey().IsMatch(key))
            return Refuse(submit, 400, Invalid("Idempotency-Key must be 16 to 96 characters of [A-Za-z0-9._-].", "Idempotency-Key"));
        if (await RequestBody.ReadAsync(request, MaxBodyBytes, context.RequestAborted) is not { } body)
            return Refuse(submit, 413, Invalid("The request body is too large."));
        (GenerationOrder? order, EvolinkError? mistake) = rules.Check(body);
        if (mistake is not null)
            return Refuse(submit, mistake.Code == "model_access_denied" ? 403 : 400, mistake);

        Decision decision = ledger.Decide(state => Decide(state, submit, order!, body));
        return await AnswerAsync(decision, context);
    }

    private (Decision, JournalEntry?) Decide(LedgerState state, Submit submit, GenerationOrder order, byte[] body)
    {
        string bodyHash = Convert.ToHexStringLower(SHA256.HashData(body));
        long number = state.Submits.Count + 1;
        int? scripted = state.OrderFor(order.Prompt);
        FaultScript script = scripted is { } index
            ? state.Script(index)
            : options.FaultPlan.Draw(number, submit.Key, submit.Key is null ? 0 : state.OccurrencesOf(submit.Key));
        string answer = script.Submit is null ? "200" : FaultMenu.KindOf(script.Submit);

        (Decision, JournalEntry?) Without(Decision decision, string said, string? taskId = null) =>
            (decision, new JournalEntry.Submitted(Entry(submit, number, said, taskId), Task: null, BodyHash: null, scripted));

        if (script.Submit is { TakesTheMoney: false })
            return Without(new Decision(Fault: script.Submit), answer);
        if (options.Idempotency == IdempotencySupport.On && submit.Key is { } key && state.Keys.TryGetValue((submit.Account!, key), out KeyUse? use))
        {
            return use.BodyHash == bodyHash
                ? Without(new Decision(state.Find(use.TaskId), script.Submit, Replayed: true), $"{answer} replayed", use.TaskId)
                : Without(new Decision(Fault: SubmitFault.Conflict), "409 idempotency_conflict", use.TaskId);
        }

        decimal left = options.StartingCredits - state.SpentBy(submit.Account!);
        if (order.Credits > left && order.Credits > left + TaskBilling.ReturnedTo(submit.Account!, state, submit.At))
            return Without(new Decision(Fault: SubmitFault.NoCredits), "402 insufficient_quota");

        SimulatedTask task = Create(state, submit, order, script, number) with { Body = Encoding.UTF8.GetString(body) };
        SubmitEntry entry = Entry(submit, number, answer, task.Id) with { Charged = true, Credits = task.Credits };
        return (new Decision(task, script.Submit), new JournalEntry.Submitted(entry, task, bodyHash, scripted)
        {
            Foreign = options.AccountRoutes.IsShared ? Foreign(state, task) : null,
        });
    }

    // Of the same model in the same second: nothing in the list tells it from the one before.
    private SimulatedTask Foreign(LedgerState state, SimulatedTask task) => task with
    {
        Id = NewId(state, task.CreatedAt, -state.Submits.Count - 1),
        IsForeign = true,
        CallbackUrl = null,
        Prompt = "Somebody else's",
        Body = null,
        Script = FaultScript.None,
        ImageCheckedAt = task.CreatedAt,
    };

    private SimulatedTask Create(LedgerState state, Submit submit, GenerationOrder order, FaultScript script, long number) => new()
    {
        Id = NewId(state, submit.At, number),
        Account = submit.Account!,
        Model = order.Model,
        Prompt = order.Prompt,
        Duration = order.Duration,
        Quality = order.Quality,
        ImageUrl = order.ImageUrl,
        Videos = order.Videos,
        WithLastFrame = order.WithLastFrame,
        CallbackUrl = order.CallbackUrl,
        CreatedAt = submit.At,
        TakesTime = script.Callbacks.OfType<CallbackFault.BeforeAnswer>().Any() ? TimeSpan.Zero : options.TaskDuration,
        Credits = order.Credits,
        Script = script,
        ImageCheckedAt = options.FetchImages && order.ImageUrl is not null ? null : submit.At,
    };

    private async Task<IResult> AnswerAsync(Decision decision, HttpContext context)
    {
        if (decision is { Task: { } made, Replayed: false })
        {
            runner.Start(made.Id);
            if (made.CallbackUrl is not null && made.Script.Callbacks.OfType<CallbackFault.BeforeAnswer>().Any())
                await runner.FirstCallbackAsync(made.Id, context.RequestAborted);
        }

        if (decision.Replayed)
            context.Response.Headers["Idempotency-Replayed"] = "true";
        VideoTask? body = decision.Task is { } task ? TaskBody.AtSubmit(task) : null;
        return await SubmitFaultAnswer.OfAsync(decision.Fault, body, context, clock);
    }

    private IResult Refuse(Submit submit, int status, EvolinkError error)
    {
        ledger.Decide(state => (true, new JournalEntry.Submitted(
            Entry(submit, state.Submits.Count + 1, $"{status} {error.Code}", taskId: null), Task: null, BodyHash: null, Order: null)));
        return Answers.Error(status, error);
    }

    private string NewId(LedgerState state, DateTimeOffset now, long number)
    {
        const string alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
        for (int round = 0; ; round++)
        {
            string tail = options.Seed is { } seed
                ? string.Concat(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}|{number}|{round}"))[..8].Select(b => alphabet[b % alphabet.Length]))
                : RandomNumberGenerator.GetString(alphabet, 8);
            string id = $"task-unified-{now.ToUnixTimeSeconds()}-{tail}";
            if (state.Find(id) is null)
                return id;
        }
    }

    private static SubmitEntry Entry(Submit submit, long number, string answer, string? taskId) =>
        new(number, submit.At, submit.Account, submit.Key, taskId, Charged: false, Credits: 0, answer);

    private static EvolinkError Invalid(string message, string? param = null) => new("invalid_request", message, "invalid_request_error", param);

    private static string? Key(HttpRequest request) => request.Headers["Idempotency-Key"] is [{ Length: > 0 } key, ..] ? key : null;

    [GeneratedRegex(@"^[A-Za-z0-9._-]{16,96}\z", RegexOptions.NonBacktracking)]
    private static partial Regex IdempotencyKey();

    private sealed record Submit(string? Account, string? Key, DateTimeOffset At);

    private sealed record Decision(SimulatedTask? Task = null, SubmitFault? Fault = null, bool Replayed = false);
}
