using System.Reflection;
using Microsoft.Azure.WebJobs.Description;
using Microsoft.Azure.WebJobs.Host.Config;
using Handler = Microsoft.Azure.WebJobs.IAsyncConverter<System.Net.Http.HttpRequestMessage, System.Net.Http.HttpResponseMessage>;

namespace FunctionsHost.Jobs;

/// <summary>The HTTP handlers that extensions have, such as the blob extension's for events of Event Grid.</summary>
internal sealed class ExtensionWebhooks(Uri baseUrl) : IWebHookProvider
{
    private readonly ConcurrentDictionary<string, Handler> _handlers = new(StringComparer.OrdinalIgnoreCase);

    public Handler? Find(string name) => _handlers.GetValueOrDefault(name);

    public Uri GetUrl(IExtensionConfigProvider extension)
    {
        if (extension is not Handler handler)
            throw new InvalidOperationException($"{extension.GetType()} takes no webhooks.");
        string name = (extension.GetType().GetCustomAttribute<ExtensionAttribute>()?.ConfigurationSection ?? extension.GetType().Name).ToLowerInvariant();
        _handlers[name] = handler;
        return new Uri(baseUrl, $"runtime/webhooks/{name}");
    }
}
