using FunctionsHost.Worker.Rpc;
using Grpc.Core;
using Grpc.Net.Client;

namespace FunctionsHost.TestProgram;

/// <summary>
/// A worker with one function, that speaks the protocol so far as to be started. What it does wrong stands in the setting FAULT: "silent" never
/// connects, "exit" ends while it starts, "hang-up" ends the conversation at the first invocation but not itself.
/// </summary>
internal static class MisbehavingWorker
{
    public static async Task RunAsync(string[] args)
    {
        string fault = Environment.GetEnvironmentVariable("FAULT") ?? "";
        if (fault == "silent")
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
        if (fault == "exit")
            throw new InvalidOperationException("cannot go on");

        using var channel = GrpcChannel.ForAddress(Value(args, "--functions-uri"));
        AsyncDuplexStreamingCall<StreamingMessage, StreamingMessage> call = new FunctionRpc.FunctionRpcClient(channel).EventStream();
        await call.RequestStream.WriteAsync(new StreamingMessage { StartStream = new StartStream { WorkerId = Value(args, "--functions-worker-id") } });
        await foreach (StreamingMessage request in call.ResponseStream.ReadAllAsync())
        {
            if (request.InvocationRequest is not null)
                break;
            if (Answer(request) is { } answer)
                await call.RequestStream.WriteAsync(answer);
        }

        await call.RequestStream.CompleteAsync();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
    }

    private static StreamingMessage? Answer(StreamingMessage request)
    {
        StatusResult success = new() { Status = StatusResult.Types.Status.Success };
        StreamingMessage? answer = request.ContentCase switch
        {
            StreamingMessage.ContentOneofCase.WorkerInitRequest => new() { WorkerInitResponse = new WorkerInitResponse { Result = success } },
            StreamingMessage.ContentOneofCase.FunctionsMetadataRequest => new()
            {
                FunctionMetadataResponse = new FunctionMetadataResponse { Result = success, FunctionMetadataResults = { Function } },
            },
            StreamingMessage.ContentOneofCase.FunctionLoadRequest => new()
            {
                FunctionLoadResponse = new FunctionLoadResponse { FunctionId = request.FunctionLoadRequest.FunctionId, Result = success },
            },
            _ => null,
        };
        if (answer is not null)
            answer.RequestId = request.RequestId;
        return answer;
    }

    private static RpcFunctionMetadata Function => new()
    {
        Name = "Anything",
        FunctionId = "1",
        RawBindings = { """{ "name": "request", "type": "httpTrigger", "direction": "In", "authLevel": "Anonymous", "route": "anything" }""" },
    };

    private static string Value(string[] args, string name) => args[Array.IndexOf(args, name) + 1];
}
