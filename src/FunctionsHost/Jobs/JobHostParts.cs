using Microsoft.Azure.WebJobs.Host;

namespace FunctionsHost.Jobs;

/// <summary>The one class with functions, which is known only after the job host's services are.</summary>
internal sealed class FunctionsActivator : ITypeLocator, IJobActivator
{
    private Type? _type;
    private object? _instance;

    public void Use(Type type, RunFunction run) => (_type, _instance) = (type, FunctionsType.Create(type, run));

    public IReadOnlyList<Type> GetTypes() => [_type!];

    public T CreateInstance<T>() => (T)_instance!;
}

/// <summary>The host's id: it names locks, receipts and timer states.</summary>
internal sealed class AppHostId(FunctionAppOptions options, AppFolder app) : IHostIdProvider
{
    private const int Longest = 32;

    public Task<string> GetHostIdAsync(CancellationToken cancellationToken) => Task.FromResult(options.HostId ?? FromName(app.Name));

    private static string FromName(string name)
    {
        string id = new([.. name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-').Take(Longest)]);
        return id.Trim('-');
    }
}
