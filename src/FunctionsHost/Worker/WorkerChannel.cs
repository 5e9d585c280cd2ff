using System.Collections.Concurrent;
using System.Threading.Channels;
using FunctionsHost.Worker.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace FunctionsHost.Worker;

/// <summary>The conversation with one worker process.</summary>
internal sealed class WorkerChannel(string workerId, ILoggerFactory logs)
{
    private readonly Channel<StreamingMessage> _outgoing = Channel.CreateUnbounded<StreamingMessage>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _requests = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<InvocationResponse>> _invocations = new();
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WorkerProcessExitException? _ended;

    public string WorkerId => workerId;

    /// <summary>Ends when the worker has connected; fails when it has gone before.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Where the worker takes HTTP requests; null where the app does not use ASP.NET Core.</summary>
    public Uri? HttpAddress { get; private set; }

    /// <summary>Reads and writes until the worker hangs up.</summary>
    public async Task RunAsync(IAsyncStreamReader<StreamingMessage> incoming, IServerStreamWriter<StreamingMessage> outgoing, CancellationToken cancellationToken)
    {
        _connected.TrySetResult();
        Task writing = WriteAsync(outgoing, cancellationToken);
        try
        {
            await foreach (StreamingMessage message in incoming.ReadAllAsync(cancellationToken))
                Receive(message);
        }
        finally
        {
            _outgoing.Writer.TryComplete();
            await writing;
        }
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
    public async Task<InvocationResponse> InvokeAsync(InvocationRequest invocation, CancellationToken cancellationToken)
    {
        TaskCompletionSource<InvocationResponse> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _invocations[invocation.InvocationId] = answer;
        Send(new StreamingMessage { InvocationRequest = invocation });
        if (_ended is { } ended)
            answer.TrySetException(ended);
        InvocationResponse response;
        await using (cancellationToken.UnsafeRegister(_ => Cancel(invocation.InvocationId), null))
            response = await answer.Task;

        return response.Result.Status switch
        {
            StatusResult.Types.Status.Success => response,
            StatusResult.Types.Status.Cancelled => throw new OperationCanceledException(response.Result.Exception?.Message ?? "The function was cancelled."),
            _ => throw new WorkerFunctionException("Failure", response.Result.Exception?.Message ?? "", response.Result.Exception?.StackTrace ?? ""),
        };
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
        _connected.TrySetException(ended);
        foreach (TaskCompletionSource<StreamingMessage> request in _requests.Values)
            request.TrySetException(ended);
        foreach (TaskCompletionSource<InvocationResponse> invocation in _invocations.Values)
            invocation.TrySetException(ended);
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
        if (_ended is { } ended)
            answer.TrySetException(ended);
        return await answer.Task.WaitAsync(cancellationToken);
    }

    private void Cancel(string invocationId) => Send(new StreamingMessage { InvocationCancel = new InvocationCancel { InvocationId = invocationId } });

    private void Send(StreamingMessage message) => _outgoing.Writer.TryWrite(message);

    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> outgoing, CancellationToken cancellationToken)
    {
        await foreach (StreamingMessage message in _outgoing.Reader.ReadAllAsync(cancellationToken))
            await outgoing.WriteAsync(message, cancellationToken);
    }

    // In the order of the stream: an invocation's log comes before its answer.
    private void Receive(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case StreamingMessage.ContentOneofCase.RpcLog:
                Log(message.RpcLog);
                break;
            case StreamingMessage.ContentOneofCase.InvocationResponse:
                if (_invocations.TryRemove(message.InvocationResponse.InvocationId, out TaskCompletionSource<InvocationResponse>? invocation))
                    invocation.TrySetResult(message.InvocationResponse);
                break;
            default:
                if (_requests.TryRemove(message.RequestId, out TaskCompletionSource<StreamingMessage>? request))
                    request.TrySetResult(message);
                break;
        }
    }

    private void Log(RpcLog line)
    {
        ILogger logger = _loggers.GetOrAdd(line.Category is { Length: > 0 } category ? category : "Worker", logs.CreateLogger);
        string text = line.Exception is { Message.Length: > 0 } exception ? $"{line.Message}{Environment.NewLine}{exception.Message}" : line.Message;
        logger.Log((LogLevel)line.Level, new EventId(0, line.EventId), text, null, static (text, _) => text);
    }
}
