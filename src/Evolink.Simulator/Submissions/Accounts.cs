using Microsoft.AspNetCore.Http;

namespace Evolink.Simulator;

/// <summary>Whose request it is.</summary>
internal sealed class Accounts(SimulatorOptions options)
{
    private const string Scheme = "Bearer ";

    /// <summary>The account behind the request's bearer key; <see langword="null"/> where there is none.</summary>
    public string? Of(HttpRequest request)
    {
        string header = request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? options.ApiKeys.GetValueOrDefault(header[Scheme.Length..].Trim())
            : null;
    }
}
