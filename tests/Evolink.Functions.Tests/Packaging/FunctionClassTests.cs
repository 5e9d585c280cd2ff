using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Evolink.Functions.Tests.Packaging;

/// <summary>The worker makes a function's class when it is called: one that it could not make would fail its first call, in Azure.</summary>
public sealed class FunctionClassTests
{
    public static TheoryData<string> Classes() =>
    [
        .. typeof(EvolinkFunctions).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && type.GetMethods().Any(method => method.GetCustomAttribute<FunctionAttribute>() is not null))
            .Select(type => type.FullName!),
    ];

    [Theory]
    [MemberData(nameof(Classes))]
    public async Task Every_class_with_a_function_can_be_made_from_the_apps_services(string name)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Evolink:Storage:ConnectionString"] = "UseDevelopmentStorage=true";
        builder.Services.AddEvolink(builder.Configuration);
        using IHost host = builder.Build();
        await using AsyncServiceScope scope = host.Services.CreateAsyncScope();

        object function = ActivatorUtilities.CreateInstance(scope.ServiceProvider, typeof(EvolinkFunctions).Assembly.GetType(name, throwOnError: true)!);

        Assert.NotNull(function);
    }
}
