using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.AspNetCore;
using ModelContextProtocol.Protocol;

namespace Evolink.Functions.Mcp;

/// <summary>Registers the MCP server and its tools.</summary>
internal static class McpSetup
{
    private const string Instructions = """
        Makes videos from an image and a prompt. Each costs credits, so: call estimate_cost first where the user has not agreed to the price; choose
        one new client_request_id for each video that the user wants, and keep it. If an answer of generate_video is lost, call it again with the same
        arguments and the same client_request_id: it finds the video that is under way, and nothing is paid twice. Then call wait_for_video until
        the status is completed or failed. Videos stay in the user's own storage; links to them die after a while, and get_video makes new ones.
        """;

    public static void AddEvolinkMcp(this IServiceCollection services)
    {
        services.AddMcpServer(options =>
        {
            options.ServerInfo = new Implementation { Name = "evolink-functions", Title = "Evolink videos", Version = ProductVersion };
            options.ServerInstructions = Instructions;
        }).WithHttpTransport(options =>
        {
            options.SessionMode = HttpServerSessionMode.Stateless;
            options.ConfigureSessionOptions = (http, server, _) =>
            {
                ILogger<CallableTool> log = http.RequestServices.GetRequiredService<ILogger<CallableTool>>();
                server.ToolCollection = [];
                foreach (VideoTool tool in http.RequestServices.GetServices<VideoTool>())
                    server.ToolCollection.Add(new CallableTool(tool, ToolCall.Of(http), log));
                return Task.CompletedTask;
            };
        });
        services.AddSingleton<McpTransport>();
        services.AddSingleton<VideoModels>();
        services.AddSingleton<VideoAnswers>();
        services.AddSingleton<VideoTool, GenerateVideoTool>();
        services.AddSingleton<VideoTool, GetVideoTool>();
        services.AddSingleton<VideoTool, WaitForVideoTool>();
        services.AddSingleton<VideoTool, ListVideosTool>();
        services.AddSingleton<VideoTool, CancelVideoTool>();
        services.AddSingleton<VideoTool, ListModelsTool>();
        services.AddSingleton<VideoTool, EstimateCostTool>();
        services.AddSingleton<VideoTool, UploadImageTool>();
    }

    private static string ProductVersion => typeof(McpSetup).Assembly.GetName().Version!.ToString(3);
}
