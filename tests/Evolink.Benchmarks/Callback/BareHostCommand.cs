using System.CommandLine;
using Evolink.Benchmarks.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Evolink.Benchmarks.Callback;

/// <summary>The least that an endpoint can do, in a process of its own: one that only reads the body, and one that is not there.</summary>
internal static class BareHostCommand
{
    public const string Name = "bare-host";

    public static Command Build()
    {
        Command command = new(Name, "Runs two bare endpoints in this process.");
        command.Hidden = true;
        command.SetAction(async _ =>
        {
            WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            await using WebApplication app = builder.Build();
            app.MapPost("/callbacks/{id}", static async (HttpRequest request) =>
            {
                await request.Body.CopyToAsync(Stream.Null, request.HttpContext.RequestAborted);
                return TypedResults.NoContent();
            });
            await app.StartAsync();
            Console.WriteLine($"{AppHostCommand.Ready}{app.Urls.Single()}");
            while (await Console.In.ReadLineAsync() is not null)
            {
            }

            return 0;
        });
        return command;
    }
}
