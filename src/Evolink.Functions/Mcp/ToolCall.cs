using Evolink.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Mcp;

/// <summary>What a tool needs to know of the request that calls it.</summary>
/// <param name="Http">The request.</param>
/// <param name="Durable">Starts and wakes orchestrations.</param>
public sealed record ToolCall(HttpContext Http, DurableTaskClient Durable)
{
    private static readonly object Key = new();

    /// <summary>Who calls.</summary>
    public Caller Caller => Http.Caller;

    /// <summary>Address of this app, as the caller used it.</summary>
    public Uri OwnBase => Http.Request.OwnBase;

    /// <summary>The call that a request carries.</summary>
    /// <exception cref="InvalidOperationException">It carries none.</exception>
    public static ToolCall Of(HttpContext http) =>
        (ToolCall?)http.Items[Key] ?? throw new InvalidOperationException("This request came in by no function.");

    /// <summary>Lets the request carry this call to its tools.</summary>
    internal void Attach() => Http.Items[Key] = this;
}
