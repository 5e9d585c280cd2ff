using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Evolink.LocalHost.Hosting;

/// <summary>Which function app to run, and how.</summary>
public sealed record LocalFunctionsHostOptions
{
    /// <summary>The assembly with the functions.</summary>
    public required Assembly FunctionApp { get; init; }

    /// <summary>The classes with the functions; default: all of <see cref="FunctionApp"/>.</summary>
    public IReadOnlyList<Type>? FunctionClasses { get; init; }

    /// <summary>Registers the app's services, as its <c>Program.cs</c> does.</summary>
    public Action<IServiceCollection, IConfiguration, IHostEnvironment> ConfigureServices { get; init; } = static (_, _, _) => { };

    /// <summary>Registers the app's worker middleware, as its <c>Program.cs</c> does.</summary>
    public Action<IFunctionsWorkerApplicationBuilder> ConfigureWorker { get; init; } = static _ => { };

    /// <summary>The SQLite file of the engine's journal.</summary>
    public required string JournalPath { get; init; }

    /// <summary>Port on 127.0.0.1; 0: any.</summary>
    public int Port { get; init; }

    /// <summary>The app's settings, from the address under which it will answer. Environment variables win over them.</summary>
    public Func<Uri, IReadOnlyDictionary<string, string?>> Settings { get; init; } = static _ => new Dictionary<string, string?>();

    /// <summary>Whether environment variables (<c>Evolink__ApiKey</c>) are settings too.</summary>
    public bool UseEnvironmentVariables { get; init; } = true;

    /// <summary>Name of the environment; default: what the usual variables say, else <c>Development</c>.</summary>
    public string? EnvironmentName { get; init; }

    /// <summary>host.json; default: the one beside this program.</summary>
    public string HostJsonPath { get; init; } = Path.Combine(AppContext.BaseDirectory, "host.json");

    /// <summary>Orchestrations are replayed from the journal before every step.</summary>
    public bool ReplayEveryStep { get; init; }

    /// <summary>Where the log goes; default: nowhere.</summary>
    public Action<ILoggingBuilder> ConfigureLogging { get; init; } = static _ => { };

    /// <summary>The clock of app and engine.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>A socket that already listens, in place of <see cref="Port"/>.</summary>
    internal System.Net.Sockets.Socket? Socket { get; init; }
}
