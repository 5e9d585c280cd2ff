using Evolink.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Tests.Hosting;

/// <summary>What host.json asks of the host.</summary>
public sealed class HostJsonTests : IDisposable
{
    private static readonly IConfigurationRoot Host = new ConfigurationBuilder().AddJsonFile(Path.Combine(Clone.Root, "host.json")).Build();

    // The real filter, with a provider that takes everything.
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddLogging(logging => logging.AddConfiguration(LogLevels).AddProvider(new Everything()))
        .BuildServiceProvider();

    private static IConfiguration LogLevels => new ConfigurationBuilder()
        .AddInMemoryCollection(
            Host.GetSection("logging:logLevel").GetChildren().Select(level => KeyValuePair.Create($"LogLevel:{level.Key}", level.Value)))
        .Build();

    [Fact]
    public void A_host_that_stops_hands_its_work_back_and_that_of_one_that_dies_is_taken_up_after_a_minute()
    {
        IConfigurationSection durable = Host.GetSection("extensions:durableTask");
        Assert.True(durable.GetValue<bool>("useGracefulShutdown"));
        // The extension accepts nothing shorter.
        Assert.All(
            ["controlQueueVisibilityTimeout", "workItemQueueVisibilityTimeout"],
            name => Assert.Equal(TimeSpan.FromMinutes(1), durable.GetValue<TimeSpan>($"storageProvider:{name}")));
    }

    [Theory]
    [InlineData("Function.CollectVideo.User", LogLevel.Information)]
    [InlineData("Evolink.Functions.Generations.GenerationIntake", LogLevel.Information)]
    [InlineData("Function.CollectVideo", LogLevel.Warning)]
    [InlineData("Host.Triggers.DurableTask", LogLevel.Warning)]
    [InlineData("Host.Startup", LogLevel.Warning)]
    [InlineData("DurableTask.Core", LogLevel.Warning)]
    [InlineData("DurableTask.AzureStorage", LogLevel.Error)]
    [InlineData("Azure.Core", LogLevel.Error)]
    [InlineData("Azure.Core.1", LogLevel.Error)]
    [InlineData("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning)]
    public void The_apps_own_lines_are_logged_and_of_the_host_what_went_wrong(string category, LogLevel lowest)
    {
        ILogger logger = _services.GetRequiredService<ILoggerFactory>().CreateLogger(category);
        Assert.True(logger.IsEnabled(lowest));
        Assert.False(logger.IsEnabled(lowest - 1));
    }

    public void Dispose() => _services.Dispose();

    private sealed class Everything : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Open();

        public void Dispose()
        {
        }
    }

    private sealed class Open : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
        }
    }
}
