using System.Threading.Channels;
using Grpc.Core;

namespace FunctionsHost.Worker;

/// <summary>The conversation with one worker process.</summary>
internal sealed class WorkerChannel(string workerId, WorkerLog log)
{
    private readonly Channel<StreamingMessage> _outgoing = Channel.CreateUnbounded<StreamingMessage>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _requests = new();
    private readonly ConcurrentDictionary<string, Invocation> _invocations = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _hungUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile WorkerProcessExitException? _ended;

    public string WorkerId => workerId;

    /// <summary>Ends when the worker has connected.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Ends with the conversation, mostly because the process has ended.</summary>
    public Task HungUp => _hungUp.Task;

    public bool IsOpen => !_hungUp.Task.IsCompleted && _ended is null;

    /// <summary>Where the worker takes HTTP requests; null where the app does not use ASP.NET Core, and takes them by message.</summary>
    public Uri? HttpAddress { get; private set; }

    /// <summary>Reads and writes until the worker hangs up.</summary>
    public async Task RunAsync(IAsyncStreamReader<StreamingMessage> incoming, IServerStreamWriter<StreamingMessage> outgoing, CancellationToken cancellationToken)
    {
        _connected.TrySetResult();
        // Neither is waited for when the other has failed: a worker that cannot be written to is as good as gone.
        await Task.WhenAny(ReadAsync(incoming, cancellationToken), WriteAsync(outgoing, cancellationToken));
        _outgoing.Writer.TryComplete();
        _hungUp.TrySetResult();
    }

    /// <summary>Introduces the host, and hears what the worker can do.</summary>
    public async Task InitializeAsync(string appFolder, CancellationToken cancellationToken)
    {
        StreamingMessage request = new()
        {
            WorkerInitRequest = new WorkerInitRequest { HostVersion = "4.0.0", WorkerDirectory = appFolder, FunctionAppDirectory = appFolder },
        };
        WorkerInitResponse response = (await AskAsync(request, cancellationToken)).WorkerInitResponse;
        ThrowIfFailed(response.Result, "The worker could not initialize");
        if (response.Capabilities.TryGetValue("HttpUri", out string? address))
            HttpAddress = new Uri(address);
    }

    /// <summary>Asks which functions the app has.</summary>
    public async Task<IReadOnlyList<RpcFunctionMetadata>> GetFunctionsAsync(string appFolder, CancellationToken cancellationToken)
    {
        StreamingMessage request = new() { FunctionsMetadataRequest = new FunctionsMetadataRequest { FunctionAppDirectory = appFolder } };
        FunctionMetadataResponse response = (await AskAsync(request, cancellationToken)).FunctionMetadataResponse;
        ThrowIfFailed(response.Result, "The worker could not list the app's functions");
        return response.FunctionMetadataResults;
    }

    /// <summary>Makes the worker load a function.</summary>
    /// <exception cref="FunctionAppException">It cannot.</exception>
    public async Task LoadAsync(RpcFunctionMetadata function, CancellationToken cancellationToken)
    {
        StreamingMessage request = new() { FunctionLoadRequest = new FunctionLoadRequest { FunctionId = function.FunctionId, Metadata = function } };
        FunctionLoadResponse response = (await AskAsync(request, cancellationToken)).FunctionLoadResponse;
        ThrowIfFailed(response.Result, $"Function {function.Name} cannot be loaded");
    }

    /// <summary>Runs a function and waits for its end. A cancellation is passed on; the function decides what it makes of it.</summary>
    /// <exception cref="WorkerFunctionException">The function threw.</exception>
    /// <exception cref="WorkerProcessExitException">The worker died.</exception>
    public async Task<InvocationResponse> InvokeAsync(string function, InvocationRequest request, CancellationToken cancellationToken)
    {
        Invocation invocation = new(function, new TaskCompletionSource<InvocationResponse>(TaskCreationOptions.RunContinuationsAsynchronously));
        _invocations[request.InvocationId] = invocation;
        Send(new StreamingMessage { InvocationRequest = request });
        if (_ended is { } ended)
            invocation.Answer.TrySetException(ended);
        InvocationResponse response;
        await using (cancellationToken.UnsafeRegister(_ => Cancel(request.InvocationId), null))
            response = await invocation.Answer.Task;

        return response.Result.Status == StatusResult.Types.Status.Success
            ? response
            : throw new WorkerFunctionException($"{response.Result.Status}", response.Result.Exception?.Message ?? "", response.Result.Exception?.StackTrace ?? "");
    }

    /// <summary>Asks the worker to end by itself.</summary>
    public void Terminate(TimeSpan grace) => Send(new StreamingMessage
    {
        WorkerTerminate = new WorkerTerminate { GracePeriod = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(grace) },
    });

    /// <summary>The process has ended: nobody waits for it any longer.</summary>
    public void ProcessEnded(string how)
    {
        WorkerProcessExitException ended = new(how);
        _ended = ended;
        _outgoing.Writer.TryComplete();
        foreach (TaskCompletionSource<StreamingMessage> request in _requests.Values)
            request.TrySetException(ended);
        foreach (Invocation invocation in _invocations.Values)
            invocation.Answer.TrySetException(ended);
    }

    private static void ThrowIfFailed(StatusResult? result, string what)
    {
        if (result is { Status: StatusResult.Types.Status.Failure })
            throw new FunctionAppException($"{what}: {result.Exception?.Message ?? result.Result}");
    }

    private async Task<StreamingMessage> AskAsync(StreamingMessage request, CancellationToken cancellationToken)
    {
        request.RequestId = Guid.NewGuid().ToString();
        TaskCompletionSource<StreamingMessage> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests[request.RequestId] = answer;
        Send(request);
        return await answer.Task.WaitAsync(cancellationToken);
    }

    private void Cancel(string invocationId) => Send(new StreamingMessage { InvocationCancel = new InvocationCancel { InvocationId = invocationId } });

    // To a worker that has hung up nothing is sent: what waits for its answer ends with the process.
    private void Send(StreamingMessage message) => _outgoing.Writer.TryWrite(message);

    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> outgoing, CancellationToken cancellationToken)
    {
        await foreach (StreamingMessage message in _outgoing.Reader.ReadAllAsync(cancellationToken))
            await outgoing.WriteAsync(message, cancellationToken);
    }

    // In the order of the stream: an invocation's log comes before its answer.
    private async Task ReadAsync(IAsyncStreamReader<StreamingMessage> incoming, CancellationToken cancellationToken)
    {
        await foreach (StreamingMessage message in incoming.ReadAllAsync(cancellationToken))
        {
            switch (message.ContentCase)
            {
                case StreamingMessage.ContentOneofCase.RpcLog:
                    log.Write(message.RpcLog, _invocations.GetValueOrDefault(message.RpcLog.InvocationId)?.Function);
                    break;
                case StreamingMessage.ContentOneofCase.InvocationResponse:
                    if (_invocations.TryRemove(message.InvocationResponse.InvocationId, out Invocation? invocation))
                        invocation.Answer.TrySetResult(message.InvocationResponse);
                    break;
                default:
                    if (_requests.TryRemove(message.RequestId, out TaskCompletionSource<StreamingMessage>? request))
                        request.TrySetResult(message);
                    break;
            }
        }
    }

    private sealed record Invocation(string Function, TaskCompletionSource<InvocationResponse> Answer);
}
