using System.Text.Json.Nodes;
using Evolink.Functions.Http;
using Evolink.Functions.Mcp;

namespace Evolink.OpenApi.Operations;

internal static class AssistantOperations
{
    public static IReadOnlyList<Operation> All { get; } =
    [
        new(nameof(ServeMcp), Words.App, "The app for assistants")
        {
            Description = "The Model Context Protocol over Streamable HTTP, without sessions: one JSON-RPC message in, one out. Its tools are described by itself (`tools/list`), and in docs/mcp.md.",
            Body = new Body(
                "application/json",
                "A JSON-RPC message.",
                _ => new JsonObject { ["type"] = "object" },
                [
                    new Example("tools", "What tools there are", Message("tools/list", [])),
                    new Example("estimate", "What a video of five seconds will cost", Message("tools/call", new JsonObject
                    {
                        ["name"] = "estimate_cost",
                        ["arguments"] = new JsonObject { ["duration"] = 5 },
                    })),
                ]),
            Answers =
            [
                new(200, "The answer to a request. What a tool refuses is a result with `isError`."),
                new(202, "A notification was taken.") { HasBody = false },
                new(400, "It is no message that the protocol knows: a JSON-RPC error."),
                Answers.Error("The request comes from a page of another origin.", Errors.ForeignOrigin),
                new(404, "From protocol 2026-07-28 on: there is no such method."),
                Answers.TooLarge(ServeMcp.MaxBody),
                Answers.Error("The body is encoded, or no JSON.", Errors.NotJson, "Accept-Encoding"),
            ],
        },
    ];

    private static JsonObject Message(string method, JsonObject parameters) => new()
    {
        ["jsonrpc"] = "2.0",
        ["id"] = 1,
        ["method"] = method,
        ["params"] = parameters,
    };
}
