using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Invocations;

/// <summary>What one call of a function has to work with, and what came of it.</summary>
internal sealed class Invocation
{
    public required LocalFunctionContext Context { get; init; }

    public required DurableTaskClient DurableClient { get; init; }

    /// <summary>The request, for an HTTP function.</summary>
    public HttpContext? HttpContext { get; init; }

    /// <summary>What the trigger hands over as it is: the orchestration's context, the timer's info, the blob, the queue message.</summary>
    public object? Trigger { get; init; }

    /// <summary>Reads the trigger's payload as the type that the function asks for.</summary>
    public Func<Type, object?>? ReadInput { get; init; }

    /// <summary>What the function returned; <see langword="null"/> too when middleware did not let it run.</summary>
    public object? Result { get; set; }
}
