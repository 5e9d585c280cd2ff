using System.Diagnostics.CodeAnalysis;
using Evolink.Client;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the clients of Evolink and of Evolink.Functions apps.</summary>
/// <remarks>
/// Each is a singleton over an <see cref="HttpClient"/> of its own from the factory, whose connections are renewed every five minutes, so
/// that it may be held for ever. Handlers that are added to the returned builder see every request, and must not send one again.
/// </remarks>
public static class EvolinkClientServiceCollectionExtensions
{
    private const string EvolinkName = "Evolink.Client";
    private const string AppName = "Evolink.Client.App";

    /// <summary>Registers an <see cref="EvolinkClient"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; they may be set by <c>Configure&lt;EvolinkClientOptions&gt;</c> as well.</param>
    /// <returns>The builder of its <see cref="HttpClient"/>.</returns>
    public static IHttpClientBuilder AddEvolinkClient(this IServiceCollection services, Action<EvolinkClientOptions>? configure = null) =>
        services.AddEvolinkClient((options, _) => configure?.Invoke(options));

    /// <summary>Registers an <see cref="EvolinkClient"/> whose options are made of other services.</summary>
    /// <inheritdoc cref="AddEvolinkClient(IServiceCollection, Action{EvolinkClientOptions})"/>
    public static IHttpClientBuilder AddEvolinkClient(
        this IServiceCollection services, Action<EvolinkClientOptions, IServiceProvider> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<EvolinkClientOptions>().Configure(configure);
        services.AddSingleton(provider => new EvolinkClient(Http(provider, EvolinkName), Options<EvolinkClientOptions>(provider)));
        return services.AddConnections(EvolinkName);
    }

    /// <summary>Registers an <see cref="EvolinkClient"/> under a key: one for each account, say.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key, by which the client and its options are told from others.</param>
    /// <param name="configure">
    /// Sets the options; they may be set by <c>Configure&lt;EvolinkClientOptions&gt;(serviceKey, ...)</c> as well.
    /// </param>
    /// <returns>The builder of its <see cref="HttpClient"/>.</returns>
    public static IHttpClientBuilder AddKeyedEvolinkClient(
        this IServiceCollection services, string serviceKey, Action<EvolinkClientOptions>? configure = null) =>
        services.AddKeyedEvolinkClient(serviceKey, (options, _) => configure?.Invoke(options));

    /// <summary>Registers an <see cref="EvolinkClient"/> under a key, whose options are made of other services.</summary>
    /// <inheritdoc cref="AddKeyedEvolinkClient(IServiceCollection, string, Action{EvolinkClientOptions})"/>
    public static IHttpClientBuilder AddKeyedEvolinkClient(
        this IServiceCollection services, string serviceKey, Action<EvolinkClientOptions, IServiceProvider> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(serviceKey);
        ArgumentNullException.ThrowIfNull(configure);
        string name = $"{EvolinkName}:{serviceKey}";
        services.AddOptions<EvolinkClientOptions>(serviceKey).Configure(configure);
        services.AddKeyedSingleton(
            serviceKey, (provider, _) => new EvolinkClient(Http(provider, name), Options<EvolinkClientOptions>(provider, serviceKey)));
        return services.AddConnections(name);
    }

    /// <summary>Registers an <see cref="EvolinkAppClient"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; they may be set by <c>Configure&lt;EvolinkAppClientOptions&gt;</c> as well.</param>
    /// <returns>The builder of its <see cref="HttpClient"/>.</returns>
    public static IHttpClientBuilder AddEvolinkAppClient(
        this IServiceCollection services, Action<EvolinkAppClientOptions>? configure = null) =>
        services.AddEvolinkAppClient((options, _) => configure?.Invoke(options));

    /// <summary>Registers an <see cref="EvolinkAppClient"/> whose options are made of other services, such as a credential.</summary>
    /// <inheritdoc cref="AddEvolinkAppClient(IServiceCollection, Action{EvolinkAppClientOptions})"/>
    public static IHttpClientBuilder AddEvolinkAppClient(
        this IServiceCollection services, Action<EvolinkAppClientOptions, IServiceProvider> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<EvolinkAppClientOptions>().Configure(configure);
        services.AddSingleton(provider => new EvolinkAppClient(Http(provider, AppName), Options<EvolinkAppClientOptions>(provider)));
        return services.AddConnections(AppName);
    }

    /// <summary>Registers an <see cref="EvolinkAppClient"/> under a key: one for each app, say.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key, by which the client and its options are told from others.</param>
    /// <param name="configure">
    /// Sets the options; they may be set by <c>Configure&lt;EvolinkAppClientOptions&gt;(serviceKey, ...)</c> as well.
    /// </param>
    /// <returns>The builder of its <see cref="HttpClient"/>.</returns>
    public static IHttpClientBuilder AddKeyedEvolinkAppClient(
        this IServiceCollection services, string serviceKey, Action<EvolinkAppClientOptions>? configure = null) =>
        services.AddKeyedEvolinkAppClient(serviceKey, (options, _) => configure?.Invoke(options));

    /// <summary>Registers an <see cref="EvolinkAppClient"/> under a key, whose options are made of other services.</summary>
    /// <inheritdoc cref="AddKeyedEvolinkAppClient(IServiceCollection, string, Action{EvolinkAppClientOptions})"/>
    public static IHttpClientBuilder AddKeyedEvolinkAppClient(
        this IServiceCollection services, string serviceKey, Action<EvolinkAppClientOptions, IServiceProvider> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(serviceKey);
        ArgumentNullException.ThrowIfNull(configure);
        string name = $"{AppName}:{serviceKey}";
        services.AddOptions<EvolinkAppClientOptions>(serviceKey).Configure(configure);
        services.AddKeyedSingleton(
            serviceKey,
            (provider, _) => new EvolinkAppClient(Http(provider, name), Options<EvolinkAppClientOptions>(provider, serviceKey)));
        return services.AddConnections(name);
    }

    private static IHttpClientBuilder AddConnections(this IServiceCollection services, string name) => services.AddHttpClient(name)
        // The client's options have the time-outs. One handler for ever: it renews its connections by itself, and a singleton holds it.
        .ConfigureHttpClient(static http => http.Timeout = Timeout.InfiniteTimeSpan)
        .ConfigurePrimaryHttpMessageHandler(static () => EvolinkClient.CreateHandler())
        .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
        .ConfigureAdditionalHttpMessageHandlers(static (handlers, _) => RemoveRetries(handlers));

    // What ConfigureHttpClientDefaults put under every client of an app (the service defaults of Aspire do): a handler that sends again
    // would have a submit paid for twice. This client knows itself what may be sent again.
    private static void RemoveRetries(IList<DelegatingHandler> handlers)
    {
        for (int i = handlers.Count - 1; i >= 0; i--)
        {
            if (handlers[i].GetType().FullName is "Microsoft.Extensions.Http.Resilience.ResilienceHandler"
                or "Microsoft.Extensions.Http.PolicyHttpMessageHandler")
            {
                handlers.RemoveAt(i);
            }
        }
    }

    private static HttpClient Http(IServiceProvider provider, string name) =>
        provider.GetRequiredService<IHttpClientFactory>().CreateClient(name);

    private static T Options<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(
        IServiceProvider provider, string? name = null)
        where T : class => provider.GetRequiredService<IOptionsMonitor<T>>().Get(name ?? Microsoft.Extensions.Options.Options.DefaultName);
}
