using Microsoft.AspNetCore.Http;

namespace Evolink.Functions.Http;

/// <summary>Who is calling.</summary>
/// <param name="Name">The client's name: it owns jobs and images.</param>
/// <param name="IsOperator">Whether the key is an operator's, who sees every job.</param>
public sealed record Caller(string Name, bool IsOperator)
{
    /// <summary>Whether a job of this client may be seen.</summary>
    public bool MaySee(string client) => IsOperator || client == Name;
}

internal static class CallerOfRequest
{
    private static readonly object Key = new();

    extension(HttpContext context)
    {
        /// <summary>The caller, whom <see cref="RequestGate"/> has identified before the function ran.</summary>
        public Caller Caller
        {
            get => (Caller?)context.Items[Key] ?? throw new InvalidOperationException("This function is open to everybody, and has no caller.");
            set => context.Items[Key] = value;
        }
    }
}
