using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;

namespace FunctionsHost.SampleApp;

/// <summary>An app that lists functions which cannot be run, one for each fault that the setting SAMPLE_FAULT names; "none" lists no function.</summary>
internal sealed class FaultyFunctions(string faults) : IFunctionMetadataProvider
{
    private const string Anonymous = """{ "name": "request", "type": "httpTrigger", "direction": "In", "authLevel": "Anonymous", "route": "faulty" }""";

    public Task<ImmutableArray<IFunctionMetadata>> GetFunctionMetadataAsync(string directory) =>
        Task.FromResult(faults == "none" ? [] : faults.Split(',').Select(Faulty).ToImmutableArray());

    private static IFunctionMetadata Faulty(string fault) => fault switch
    {
        "key" => Function("NeedsKey", Anonymous.Replace("Anonymous", "Function", StringComparison.Ordinal)),
        "binding" => Function("UnknownBinding", """{ "name": "message", "type": "pigeonTrigger", "direction": "In" }"""),
        "route" => Function("BadRoute", Anonymous.Replace("faulty", "{unclosed", StringComparison.Ordinal)),
        "schedule" => Function("BadSchedule", """{ "name": "timer", "type": "timerTrigger", "direction": "In", "schedule": "every now and then" }"""),
        "load" => Function("NoSuchMethod", Anonymous, "FunctionsHost.SampleApp.HttpFunctions.NoSuchMethod"),
        "triggers" => Function("NoTrigger", """{ "name": "$return", "type": "http", "direction": "Out" }"""),
        "exit" => throw new InvalidOperationException("The app cannot list its functions."),
        _ => throw new NotSupportedException(fault),
    };

    private static DefaultFunctionMetadata Function(string name, string binding, string entryPoint = "FunctionsHost.SampleApp.HttpFunctions.Echo") => new()
    {
        Language = "dotnet-isolated",
        Name = name,
        EntryPoint = entryPoint,
        RawBindings = [binding],
        ScriptFile = string.Create(CultureInfo.InvariantCulture, $"{typeof(FaultyFunctions).Assembly.GetName().Name}.dll"),
    };
}
