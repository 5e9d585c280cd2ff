using Infra.Tests.Bicep;
using Infra.Tests.Checks;

namespace Infra.Tests.Evaluation;

/// <summary>What a file comes to with given parameters: the resources that Azure would be asked for.</summary>
internal sealed class Deployment
{
    private Deployment(InfraSources sources, IReadOnlyDictionary<string, BicepFile> files, KnownTypes types) =>
        (Sources, Files, Types) = (sources, files, types);

    public InfraSources Sources { get; }

    public IReadOnlyDictionary<string, BicepFile> Files { get; }

    public KnownTypes Types { get; }

    public List<ResourceValue> Resources { get; } = [];

    /// <summary>Resources whose properties are read although no such property is known.</summary>
    public List<Problem> Problems { get; } = [];

    public Module? Root { get; private set; }

    public static Deployment Of(
        InfraSources sources, IReadOnlyDictionary<string, BicepFile> files, KnownTypes types, string path, IReadOnlyDictionary<string, object?> parameters)
    {
        Deployment deployment = new(sources, files, types);
        deployment.Root = new Module(deployment, files[path], parameters);
        deployment.Root.Deploy();
        return deployment;
    }

    public IEnumerable<ResourceValue> OfType(string type) => Resources.Where(resource => resource.Type == type);

    public void Read(BicepFile file, Expression expression, ResourceValue resource, IReadOnlyList<string> path)
    {
        if (!Types.Has(resource.VersionedType, path))
            Problems.Add(Problem.At(file, expression, $"{resource.VersionedType} has no '{string.Join('.', path)}'."));
    }
}
