using Evolink.Functions;
using Evolink.Functions.Telemetry;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Hosting;

FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.UseEvolink();
builder.Services.AddEvolink(builder.Configuration);
builder.Services.AddEvolinkTelemetry(builder.Configuration)?.UseFunctionsWorkerDefaults();
builder.Build().Run();
