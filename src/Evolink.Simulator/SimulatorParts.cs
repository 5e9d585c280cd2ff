using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Evolink.Simulator;

/// <summary>What a simulator is made of, put together once its address is known.</summary>
internal sealed class SimulatorParts : IAsyncDisposable
{
    private readonly Ledger ledger;
    private readonly ImageCheck images;
    private readonly CallbackSender sender;
    private readonly SubmissionEndpoint submissions;
    private readonly TaskEndpoint tasks;
    private readonly AccountEndpoint account;
    private readonly VideoEndpoint videos;
    private readonly FilesEndpoint files;
    private readonly CreditsEndpoint credits;

    public SimulatorParts(SimulatorOptions options, Uri baseUrl, Ledger ledger, ILogger log)
    {
        BaseUrl = baseUrl;
        this.ledger = ledger;
        var accounts = new Accounts(options);
        var ownFiles = new Uri(baseUrl, FilesEndpoint.LinkPath);
        var links = new ResultLinks(options, baseUrl, ledger);
        var store = new FileStore(options.DataFolder);
        var plan = new CallbackPlan(options, ledger, links);
        images = new ImageCheck(options, ownFiles);
        sender = new CallbackSender(options, ledger);
        Reader = new LedgerReader(options, ledger);
        Runner = new TaskRunner(options, ledger, images, plan, sender, log);
        Control = new ControlEndpoint(options, ledger, Reader, Runner, store, plan, sender);
        var rate = new SubmitRate(options.SubmitsPerSecond, options.TimeProvider);
        var rules = new RequestRules(options.AllowLoopback, ownFiles, options.Models);
        submissions = new SubmissionEndpoint(options, accounts, rate, rules, ledger, Runner);
        tasks = new TaskEndpoint(options, accounts, ledger, links);
        account = new AccountEndpoint(options, accounts, ledger, tasks);
        videos = new VideoEndpoint(options, links, ledger);
        files = new FilesEndpoint(options, accounts, ledger, store, baseUrl);
        credits = new CreditsEndpoint(options, accounts, ledger);
    }

    public Uri BaseUrl { get; }

    public LedgerReader Reader { get; }

    public TaskRunner Runner { get; }

    public ControlEndpoint Control { get; }

    public void Map(WebApplication app)
    {
        app.MapPost("/v1/videos/generations", (Delegate)submissions.SubmitAsync);
        app.MapGet("/v1/tasks/{id}", tasks.Get);
        account.Map(app);
        app.MapGet("/v1/credits", (Delegate)credits.Get);
        app.MapPost("/api/v1/files/upload/stream", (Delegate)files.UploadAsync);
        app.MapGet(FilesEndpoint.LinkPath + "{id}", files.Get);
        app.MapMethods("/files/{name}", [HttpMethods.Get, HttpMethods.Head], videos.GetAsync);
        Control.Map(app);
        app.MapFallback(() => Answers.Plain(404));
    }

    public async ValueTask DisposeAsync()
    {
        await Runner.DisposeAsync();
        sender.Dispose();
        images.Dispose();
        ledger.Dispose();
    }
}
