using System.Text.Json;
using Evolink.Pipeline;
using Evolink.Pipeline.Storage;

namespace Evolink.LocalHost.Chaos;

/// <summary>
/// What the app sends, watched for one crash point. At the transport, because there the order of writes is the real one, and the app need
/// not know.
/// </summary>
internal sealed class CrashingHttp(CrashTrigger trigger) : OutgoingHttp
{
    public override HttpMessageHandler Storage() => new Watcher(trigger, base.Storage());

    public override HttpMessageHandler Evolink() => new Watcher(trigger, base.Evolink());

    private sealed class Watcher(CrashTrigger trigger, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (trigger.Point == CrashPoint.StageBeforeCommit && IsCommit(request))
                await trigger.ReachedAsync();
            bool meant = trigger.Point switch
            {
                CrashPoint.PostBeforeRecord => IsSubmit(request),
                CrashPoint.CommitBeforeRecord => IsCommit(request),
                CrashPoint.RecordBeforeEvent => await IsEndAsync(request, cancellationToken),
                _ => false,
            };
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            if (meant && response.IsSuccessStatusCode)
                await trigger.ReachedAsync();
            return response;
        }

        private static bool IsSubmit(HttpRequestMessage request) =>
            request.Method == HttpMethod.Post && request.RequestUri!.AbsolutePath == "/v1/videos/generations";

        private static bool IsCommit(HttpRequestMessage request) =>
            request.Method == HttpMethod.Put && IsIn(request, EvolinkStorage.VideosContainer) && request.RequestUri!.Query.Contains("comp=blocklist", StringComparison.Ordinal);

        private static async Task<bool> IsEndAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Method != HttpMethod.Put || request.Content is null || !IsIn(request, $"{EvolinkStorage.GenerationsContainer}/records"))
                return false;
            using JsonDocument record = JsonDocument.Parse(await request.Content.ReadAsByteArrayAsync(cancellationToken));
            return record.RootElement.GetProperty("state").GetString() is "completed" or "failed" or "cancelled";
        }

        // The emulator puts the account's name in front of the container's.
        private static bool IsIn(HttpRequestMessage request, string folder) => request.RequestUri!.AbsolutePath.Contains($"/{folder}/", StringComparison.Ordinal);
    }
}
