using Evolink.Pipeline.Options;
using Microsoft.AspNetCore.Http;

namespace Evolink.Functions.Http;

/// <summary>Addresses under which this app is reached.</summary>
internal static class OwnBases
{
    extension(HttpRequest request)
    {
        /// <summary>Whether the header <c>Host</c> names a host; the server itself takes what is none.</summary>
        public bool NamesHost => Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out _);

        /// <summary>The address that the client used, without path.</summary>
        public Uri OwnBase => new($"{request.Scheme}://{request.Host}");

        /// <summary>The public address, if configured, and the one that the client used.</summary>
        public IReadOnlyList<Uri> AllOwnBases(EvolinkOptions options) =>
            options.PublicBaseUrl is { } configured ? [configured, request.OwnBase] : [request.OwnBase];
    }
}
