using Evolink.LocalHost.Functions;
using Evolink.LocalHost.Hosting;
using Evolink.LocalHost.Invocations;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Evolink.LocalHost.Triggers;

/// <summary>The blob and queue functions of the app, each served by a loop of its own; those whose storage is not configured are told and left out.</summary>
internal sealed partial class StorageTriggers : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Func<CancellationToken, Task>> _loops = [];
    private readonly ILogger _log;
    private readonly BlobReceipts? _receipts;
    private Task _running = Task.CompletedTask;
    private int _disposed;

    /// <exception cref="LocalHostException">A path or a setting cannot be read.</exception>
    public StorageTriggers(
        FunctionCatalog catalog,
        Func<string, string, string> resolve,
        FunctionInvoker invoker,
        DurableTaskClient durableClient,
        IConfiguration configuration,
        HostJson hostJson,
        LocalFunctionsHostOptions options,
        ILoggerFactory logs)
    {
        _log = logs.CreateLogger<StorageTriggers>();
        TriggerStorage storage = new(configuration);
        foreach (FunctionDescriptor function in catalog.With(FunctionTrigger.Queue))
        {
            var trigger = (QueueTriggerAttribute)function.Binding;
            if (!IsServed(storage, function, trigger.Connection))
                continue;
            QueueFunctions queues = new(invoker, durableClient, storage, QueueSettings.From(hostJson.Queues, configuration), options.Time, logs.CreateLogger<QueueFunctions>());
            string queue = resolve(trigger.QueueName, function.Name);
            _loops.Add(stopping => queues.RunAsync(function, queue, stopping));
        }

        foreach (FunctionDescriptor function in catalog.With(FunctionTrigger.Blob))
        {
            var trigger = (BlobTriggerAttribute)function.Binding;
            if (!IsServed(storage, function, trigger.Connection))
                continue;
            _receipts ??= new BlobReceipts(options.JournalPath);
            BlobFunctions blobs = new(invoker, durableClient, storage, _receipts, options.Time, logs.CreateLogger<BlobFunctions>());
            BlobPattern pattern = BlobPattern.Parse(resolve(trigger.BlobPath, function.Name), function.Name);
            _loops.Add(stopping => blobs.RunAsync(function, pattern, stopping));
        }
    }

    /// <summary>Begins to serve them.</summary>
    public void Start() => _running = Task.WhenAll(_loops.Select(loop => Task.Run(() => loop(_stopping.Token))));

    /// <summary>Tells running functions to stop, and gives them a moment.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stopping.CancelAsync();
        await _running.WaitAsync(StopTimeout, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _receipts?.Dispose();
        _stopping.Dispose();
    }

    private bool IsServed(TriggerStorage storage, FunctionDescriptor function, string? connection)
    {
        bool served = storage.Has(connection);
        if (!served)
            NotServed(function.Name, function.Trigger, TriggerStorage.SettingOf(connection));
        return served;
    }

    [LoggerMessage(3301, LogLevel.Warning, "{Function} has a {Trigger} trigger that is not served: the setting {Setting}, a connection string, is missing.")]
    private partial void NotServed(string function, FunctionTrigger trigger, string setting);
}
