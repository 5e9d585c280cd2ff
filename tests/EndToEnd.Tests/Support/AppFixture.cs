using Evolink.Testing.Hosting;

namespace EndToEnd.Tests.Support;

/// <summary>An app with settings of its own, for the tests of a class or a collection; it starts with the first of them.</summary>
public abstract class AppFixture : IAsyncDisposable
{
    private readonly Lazy<Task<TestApp>> _app;

    protected AppFixture(Apps apps, TestAppOptions options)
    {
        (Azurite, Options) = (apps.Azurite, options);
        _app = new Lazy<Task<TestApp>>(StartAsync);
    }

    public Task<TestApp> App => _app.Value;

    protected AzuriteFixture Azurite { get; }

    protected TestAppOptions Options { get; }

    public virtual async ValueTask DisposeAsync()
    {
        if (_app.IsValueCreated)
            await (await _app.Value).DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected virtual Task<TestApp> StartAsync() => TestApp.StartAsync(Azurite, Options);
}
