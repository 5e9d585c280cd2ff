using System.Text;
using System.Text.Json;
using DurableTask.Core;
using DurableTask.Core.History;
using Evolink.Client;
using Evolink.Functions.Callbacks;
using Evolink.Functions.Generations;
using Evolink.Functions.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Evolink.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Functions.Tests.Properties;

/// <summary>
/// Two generations and everything that can happen to them, in an order that a list of decisions makes: the real orchestration, activities,
/// ledger and callback endpoint, with a crash possible before and after every request. When the decisions are used up, the world is kind:
/// nothing more goes wrong, and time passes until all is over.
/// </summary>
internal sealed class World : IAsyncDisposable
{
    private const int Jobs = 2;
    private const int MostSteps = 20_000;
    private static readonly string[] Codes = ["content_policy_violation", "service_error"];

    private readonly IReadOnlyList<int> _decisions;
    private readonly Action<EvolinkOptions> _policy;
    private readonly ManualTimeProvider _time = new();
    private readonly Run[] _runs;
    private readonly List<Execution> _live = [];
    private readonly bool _anyModel;
    private readonly bool[] _cancelled = new bool[Jobs];
    private readonly PaidTask _foreign;
    private ServiceProvider _process;
    private int _next;
    private int _wakes;
    private int _executions;

    private World(IReadOnlyList<int> decisions, Uri videos, Action<EvolinkOptions> policy, bool honoursKeys, bool isShared, bool anyModel)
    {
        (_decisions, _policy, _anyModel) = (decisions, policy, anyModel);
        Storage = new MemoryStorage(_time) { Written = CheckWrite };
        Evolink = new LedgerEvolink(_time, Draw, videos, honoursKeys, isShared);
        _foreign = Evolink.AddForeign();
        _process = NewProcess();
        IEnumerable<JobId> ids = Enumerable.Range(1, Jobs).Select(i => JobId.From("http", "alice", $"order-{i}"));
        _runs = [.. ids.Select(id => new Run(new GenerationRef(id, 1), _time.GetUtcNow()))];
    }

    public MemoryStorage Storage { get; }

    public LedgerEvolink Evolink { get; }

    /// <summary>What was asked for, as the client wrote it.</summary>
    public Dictionary<JobId, string> Bodies { get; } = [];

    /// <summary>What happened, for people.</summary>
    public List<string> Log { get; } = [];

    public IEnumerable<JobId> Ids => _runs.Select(run => run.Generation.Id);

    private bool IsKind => _next >= _decisions.Count;

    /// <summary>Lets everything happen.</summary>
    public static async Task<World> PlayAsync(
        IReadOnlyList<int> decisions, Uri videos, Action<EvolinkOptions> policy, bool honoursKeys, bool isShared, bool anyModel = false)
    {
        World world = new(decisions, videos, policy, honoursKeys, isShared, anyModel);
        try
        {
            foreach (Run run in world._runs)
                await world.AcceptAsync(run.Generation.Id);
            while (!world.IsKind && !world.IsOver)
                await world.StepAsync();
            for (int steps = 0; !world.IsOver; steps++)
            {
                Require(steps < MostSteps, "A terminal state is reached, but not within 20,000 steps.");
                await world.KindStepAsync();
            }

            await world.CallBackLateAsync();
            for (int steps = 0; !world.IsOver; steps++)
            {
                Require(steps < MostSteps, "A job that a late callback opened again ends, but not within 20,000 steps.");
                await world.KindStepAsync();
            }

            return world;
        }
        catch (Exception e)
        {
            await world.DisposeAsync();
            throw new InvalidOperationException($"{e.Message}\n{string.Join('\n', world.Log)}", e);
        }
    }

    public JobRecord Record(JobId id) => Parse(Storage.Find($"{EvolinkStorage.GenerationsContainer}/records/{id}.json")!);

    public async ValueTask DisposeAsync()
    {
        foreach (Execution execution in _live)
            await execution.KillAsync();
        await _process.DisposeAsync();
    }

    public static void Require(bool condition, string what)
    {
        if (!condition)
            throw new InvalidOperationException($"Broken: {what}");
    }

    private bool IsOver => _runs.All(run => run.IsOver) && _live.Count == 0;

    private T Service<T>()
        where T : notnull => _process.GetRequiredService<T>();

    private ServiceProvider NewProcess() => WorldServices.Build(Storage, Evolink, _time, new WakingClient(WakeUp, Start), seed: _executions, _policy);

    private int Draw(int below) => IsKind ? 0 : _decisions[_next++] % below;

    private async Task AcceptAsync(JobId id)
    {
        VideoGenerationRequest request = new() { Prompt = "A cat playing piano", ImageUrls = ["https://example.com/cat.png"], Duration = 2 };
        if (_anyModel)
        {
            Bodies[id] = RandomBody.Make(Draw);
            Log.Add(Bodies[id]);
            (VideoGenerationRequest? read, IReadOnlyList<ValidationIssue> issues) =
                GenerationRequestReader.Read(Encoding.UTF8.GetBytes(Bodies[id]), new RequestRules([], AllowLoopback: false, AllowUnknown: false));
            Require(issues.Count == 0, $"The body is accepted: {(issues is [var first, ..] ? first : null)}");
            request = read!;
        }

        JobRecord job = new()
        {
            Id = id,
            Client = "alice",
            Hub = "evolink",
            Source = "http",
            RequestDigest = RequestDigest.Of(request),
            Model = request.Model!,
            AcceptedAt = _time.GetUtcNow(),
            UpdatedAt = _time.GetUtcNow(),
        };
        await Service<GenerationStore>().CreateAsync(job, new StoredRequest(request, []), CancellationToken.None);
    }

    private async Task StepAsync()
    {
        List<(string Name, Func<Task> Act)> choices = [.. Choices()];
        (string name, Func<Task> act) = choices[Draw(choices.Count)];
        Log.Add($"{_time.GetUtcNow():HH:mm:ss} {name}");
        await act();
        _live.RemoveAll(execution => execution.Done.IsCompleted);
    }

    /// <summary>What may happen now; what is usual stands there more than once.</summary>
    private IEnumerable<(string Name, Func<Task> Act)> Choices()
    {
        foreach (Execution execution in _live)
        {
            for (int i = 0; i < 8; i++)
                yield return ($"{execution.Name} goes on", execution.NextAsync);
            yield return ($"{execution.Name} dies", () => KillAsync(execution));
        }

        for (int job = 0; job < Jobs; job++)
        {
            foreach ((string, Func<Task>) choice in ChoicesOf(job))
                yield return choice;
        }

        foreach (PaidTask task in Evolink.Charges)
        {
            if (task.Status == "processing")
            {
                yield return ($"{task.Id} is completed", () => EndAsync(task, "completed", null));
                yield return ($"{task.Id} fails", () => EndAsync(task, "failed", Codes[Draw(Codes.Length)]));
            }

            if (task.Callbacks++ < 40)
                yield return ($"callback of {task.Id}", () => CallBackAsync(new Uri(task.CallbackUrl), task.Id, task.Status, genuine: true));
        }

        foreach (TimeSpan span in (TimeSpan[])[TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(10)])
            yield return ($"{span} pass", () => PassAsync(span));
        yield return ("the process restarts", RestartAsync);
    }

    private IEnumerable<(string Name, Func<Task> Act)> ChoicesOf(int job)
    {
        Run run = _runs[job];
        int executing = _live.Count(execution => execution.Job == job);
        if (run.Activity is { } activity && executing < 3)
        {
            // An activity is executed at least once; sometimes while another execution of it is still at it.
            for (int i = 0; i < (executing == 0 ? 8 : 1); i++)
                yield return ($"job {job} executes {activity.Name}", () => ExecuteAsync(job, activity));
        }

        if (run.Timer is { } timer)
        {
            for (int i = 0; i < 3; i++)
                yield return ($"job {job}: its timer fires", () => FireAsync(run, timer, TimeSpan.Zero));
            yield return ($"job {job}: its timer fires early", () => FireAsync(run, timer, TimeSpan.FromSeconds(0.9)));
        }

        if (!_cancelled[job])
            yield return ($"job {job} is cancelled", () => CancelAsync(job));
        yield return ($"a forged callback to job {job}", () => ForgeAsync(job));
        yield return ($"job {job} is woken for nothing", () => PassAsync(TimeSpan.Zero, run));
    }

    private async Task KindStepAsync()
    {
        if (_live.FirstOrDefault() is { } execution)
        {
            await execution.NextAsync();
            _live.RemoveAll(each => each.Done.IsCompleted);
            return;
        }

        for (int job = 0; job < Jobs; job++)
        {
            if (_runs[job].Activity is { } activity)
            {
                await ExecuteAsync(job, activity);
                return;
            }
        }

        foreach (PaidTask task in Evolink.Charges.Where(task => task.Status == "processing"))
            task.Status = "completed";
        Run next = _runs.Where(run => run.Timer is not null).MinBy(run => run.Timer!.FireAt)
            ?? throw new InvalidOperationException("Broken: a run waits for nothing.");
        await FireAsync(next, next.Timer!, TimeSpan.Zero);
    }

    // When all is over here, Evolink still ends what it was paid for and tells it, once more at least; and whoever forges does not rest either.
    private async Task CallBackLateAsync()
    {
        foreach (PaidTask task in Evolink.Charges)
        {
            if (task.Status == "processing")
                task.Status = "completed";
            Log.Add($"a late callback of {task.Id}");
            await CallBackAsync(new Uri(task.CallbackUrl), task.Id, task.Status, genuine: true);
            await FinishAsync();
        }

        for (int job = 0; job < Jobs; job++)
        {
            Log.Add($"a late forged callback to job {job}");
            await ForgeAsync(job);
            await FinishAsync();
        }
    }

    private async Task FinishAsync()
    {
        for (; _live.Count > 0; _live.RemoveAll(execution => execution.Done.IsCompleted))
            await _live[0].NextAsync();
    }

    private async Task ExecuteAsync(int job, TaskScheduledEvent activity)
    {
        Run run = _runs[job];
        string owner = $"execution {++_executions}";
        ServiceProvider process = _process;
        await BeginAsync($"{activity.Name} {_executions} of job {job}", job, async execution =>
        {
            execution.Activity = activity;
            object result = activity.Name switch
            {
                nameof(SubmitGeneration) => await process.GetRequiredService<SubmitGeneration>().RunAsync(
                    run.Generation, new WakingClient(WakeUp, Start), new Invocation(owner), CancellationToken.None),
                nameof(CollectVideo) => await process.GetRequiredService<CollectVideo>().RunAsync(
                    Orchestration.InputOf<Collection>(activity), new WakingClient(WakeUp, Start), CancellationToken.None),
                _ => throw new InvalidOperationException($"There is no activity {activity.Name}."),
            };
            Log.Add($"{_time.GetUtcNow():HH:mm:ss} job {job}: {owner} of {activity.Name} said {result}");
            run.Instance.Complete(activity, result, _time.GetUtcNow());
        });
    }

    private static Task EndAsync(PaidTask task, string status, string? code)
    {
        (task.Status, task.ErrorCode) = (status, code);
        return Task.CompletedTask;
    }

    private Task CallBackAsync(Uri url, string taskId, string status, bool genuine) => BeginAsync($"callback {url.Segments[^1]}", null, async execution =>
    {
        DefaultHttpContext http = new();
        http.Request.QueryString = new QueryString(url.Query);
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes($$"""{"id":"{{taskId}}","status":"{{status}}"}"""));
        int wakes = _wakes;
        IResult answer = await Service<CallbackReceived>().RunAsync(http.Request, url.Segments[^1], new WakingClient(WakeUp, Start), CancellationToken.None);
        int? answered = ((IStatusCodeHttpResult)answer).StatusCode;
        Require(
            genuine ? answered is StatusCodes.Status204NoContent or StatusCodes.Status503ServiceUnavailable : answered == StatusCodes.Status404NotFound,
            $"A callback was answered with {answered}.");
        Require(genuine || (execution.Writes == 0 && wakes == _wakes), "A forged callback changes nothing.");
    });

    // It names a finished task of somebody else's, and carries another job's signature, another attempt's, or one that was made up.
    private Task ForgeAsync(int job)
    {
        string signature = Evolink.Charges.Find(task => !task.Key.StartsWith(_runs[job].Generation.Id.Value, StringComparison.Ordinal)) is { } other && Draw(2) == 0
            ? new Uri(other.CallbackUrl).Query
            : $"?a={1 + Draw(3)}&k=k1&s={new string((char)('A' + Draw(26)), 43)}";
        return CallBackAsync(new Uri(WorldServices.PublicBase, $"/callbacks/{_runs[job].Generation.Id}{signature}"), _foreign.Id, "completed", genuine: false);
    }

    // As CancelTask does it: the fact first, then the hint.
    private Task CancelAsync(int job)
    {
        _cancelled[job] = true;
        return BeginAsync($"cancel of job {job}", null, async _ =>
        {
            JobRecord cancelled = await Service<GenerationStore>().UpdateAsync(
                _runs[job].Generation.Id, record => record.WithCancelRequest(_time.GetUtcNow()), CancellationToken.None);
            await Service<Wake>().SendAsync(new WakingClient(WakeUp, Start), cancelled, CancellationToken.None);
        });
    }

    private Task FireAsync(Run run, TimerCreatedEvent timer, TimeSpan early)
    {
        DateTimeOffset at = new DateTimeOffset(timer.FireAt, TimeSpan.Zero) - early;
        if (at > _time.GetUtcNow())
            _time.Advance(at - _time.GetUtcNow());
        run.Instance.Fire(timer, _time.GetUtcNow());
        return Task.CompletedTask;
    }

    // Of a worker that dies, some backends hand the activity to another one, and some tell the orchestration that it failed.
    private async Task KillAsync(Execution execution)
    {
        await execution.KillAsync();
        if (execution is { Job: { } job, Activity: { } activity } && Draw(2) == 1)
            _runs[job].Instance.Fail(activity, new ProcessDiedException(), _time.GetUtcNow());
    }

    private Task PassAsync(TimeSpan span, Run? woken = null)
    {
        _time.Advance(span);
        woken?.Instance.Raise(_time.GetUtcNow(), "Wake", [null]);
        return Task.CompletedTask;
    }

    private async Task RestartAsync()
    {
        foreach (Execution execution in _live)
            await execution.KillAsync();
        await _process.DisposeAsync();
        _process = NewProcess();
    }

    private async Task BeginAsync(string name, int? job, Func<Execution, Task> work)
    {
        Execution execution = await Execution.StartAsync(name, job, work);
        if (!execution.Done.IsCompleted)
            _live.Add(execution);
    }

    // A job that had been given up is opened again by a late callback: once, and then it has a run of its own.
    private void Start(GenerationRef generation)
    {
        int job = Array.FindIndex(_runs, run => run.Generation.Id == generation.Id);
        if (_runs[job].Generation != generation)
            _runs[job] = new Run(generation, _time.GetUtcNow());
    }

    private void WakeUp(string instanceId, object? payload)
    {
        _wakes++;
        _runs.SingleOrDefault(run => run.Generation.InstanceId == instanceId)?.Instance.Raise(_time.GetUtcNow(), "Wake", payload);
    }

    private static void CheckWrite(string path, byte[]? before, byte[] after)
    {
        if (before is null || !path.StartsWith($"{EvolinkStorage.GenerationsContainer}/records/", StringComparison.Ordinal))
            return;
        (JobRecord old, JobRecord now) = (Parse(before), Parse(after));
        Require(!old.State.IsTerminal || old.Revision != now.Revision || old.State == now.State, $"A terminal state never changes: {old.State} became {now.State}.");
        Require(old.CancelRequestedAt is null || now.CancelRequestedAt == old.CancelRequestedAt, "A cancel is never erased.");
        Require(now.Attempts.Length >= old.Attempts.Length, "An entry of the ledger is never lost.");
    }

    private static JobRecord Parse(byte[] json) => JsonSerializer.Deserialize(json, PipelineJsonContext.Default.JobRecord)!;

    private sealed class Run(GenerationRef generation, DateTimeOffset start)
    {
        public GenerationRef Generation => generation;

        public ReplayedInstance Instance { get; } = new(Orchestration.OfOneVideo(generation), start);

        public TaskScheduledEvent? Activity => Instance.Activities.SingleOrDefault();

        public TimerCreatedEvent? Timer => IsOver ? null : Instance.Timers.MinBy(timer => timer.FireAt);

        public bool IsOver => Instance.End switch
        {
            null => false,
            { OrchestrationStatus: OrchestrationStatus.Completed } => true,
            { FailureDetails: var failure } => throw new InvalidOperationException($"Broken: the orchestration failed: {failure}"),
        };
    }
}
