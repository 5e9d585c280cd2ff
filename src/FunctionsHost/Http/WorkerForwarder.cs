using Yarp.ReverseProxy.Forwarder;

namespace FunctionsHost.Http;

/// <summary>Sends an HTTP request on to the worker's own server, beside the invocation that tells the worker what it belongs to.</summary>
internal sealed class WorkerForwarder(IHttpForwarder forwarder) : IDisposable
{
    // The header by which the worker joins the two.
    private const string InvocationHeader = "x-ms-invocation-id";

    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = TimeSpan.FromSeconds(240) };

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        UseProxy = false,
        // The worker goes on with the trace of the invocation, not with one of this hop.
        ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
    });

    public async Task<InvocationResponse> InvokeAsync(
        WorkerChannel channel, string function, InvocationRequest invocation, HttpRequest request, CancellationToken cancellationToken)
    {
        if (channel.HttpAddress is not { } address)
            return await HttpMessages.InvokeAsync(channel, function, invocation, request, cancellationToken);

        // Begun before the worker is told, as in the real host: it waits for both.
        request.Headers[InvocationHeader] = invocation.InvocationId;
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(request.HttpContext.RequestAborted);
        Task<ForwarderError> forwarding = forwarder.SendAsync(
            request.HttpContext, address.ToString(), _client, Config, HttpTransformer.Default, failed.Token).AsTask();
        try
        {
            InvocationResponse response = await channel.InvokeAsync(function, invocation, cancellationToken);
            ForwarderError error = await forwarding;
            return error == ForwarderError.None || request.HttpContext.RequestAborted.IsCancellationRequested
                ? response
                : throw new InvalidOperationException(
                    $"The request could not be passed on to the worker: {error}.", request.HttpContext.GetForwarderErrorFeature()?.Exception);
        }
        finally
        {
            // A function that failed reads and answers no more; and until this ends, the request is in use.
            await failed.CancelAsync();
            await forwarding;
        }
    }

    public void Dispose() => _client.Dispose();
}
