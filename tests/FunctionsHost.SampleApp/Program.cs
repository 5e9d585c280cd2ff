using FunctionsHost.SampleApp;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// The app that the tests of FunctionsHost run: a function of each kind.
FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
if (builder.Configuration["SAMPLE_HTTP"] != "plain")
    builder.ConfigureFunctionsWebApplication();
if (builder.Configuration["SAMPLE_FAULT"] is { Length: > 0 } fault)
    builder.Services.AddSingleton<IFunctionMetadataProvider>(new FaultyFunctions(fault));
await builder.Build().RunAsync();
