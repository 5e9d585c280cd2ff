using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Evolink.Client.Tests;

/// <summary>Just enough of the API for the contract suite to be proven on: every second read finds the task completed.</summary>
internal sealed class MinimalEvolink
{
    private readonly ConcurrentDictionary<string, int> _reads = new();
    private readonly ConcurrentDictionary<string, (string Prompt, string TaskId)> _keys = new();

    public Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization != "Bearer " + Clients.Key) return Error(context, 401, "unauthorized", "authentication_error");
        var path = context.Request.Path.Value!;
        return path switch
        {
            "/v1/videos/generations" => SubmitAsync(context),
            "/v1/credits" => Send(context, 200, """{"success":true,"data":{"user":{"remaining_credits":10}}}"""),
            "/api/v1/files/upload/stream" => Send(context, 200, """{"success":true,"data":{"file_url":"https://files.example.com/a.png"}}"""),
            _ when _reads.ContainsKey(path[10..]) => Read(context, path[10..]),
            _ => Error(context, 404, "task_not_found", "invalid_request_error"),
        };
    }

    private async Task SubmitAsync(HttpContext context)
    {
        VideoGenerationRequest? request;
        try
        {
            request = await JsonSerializer.DeserializeAsync(context.Request.Body, EvolinkJsonContext.Default.VideoGenerationRequest);
        }
        catch (JsonException)
        {
            request = null;
        }

        if (request is null || VideoGenerationRequestValidator.Validate(request) is not [])
        {
            await Error(context, 400, "invalid_request", "invalid_request_error");
            return;
        }

        var fresh = "task-" + Guid.NewGuid().ToString("N");
        var key = context.Request.Headers["Idempotency-Key"] is [{ } given] ? given : fresh;
        var (prompt, taskId) = _keys.GetOrAdd(key, (request.Prompt!, fresh));
        if (prompt != request.Prompt)
        {
            await Error(context, 409, "idempotency_conflict", "invalid_request_error");
            return;
        }

        _reads.TryAdd(taskId, 0);
        if (taskId != fresh) context.Response.Headers["Idempotency-Replayed"] = "true";
        await Send(context, 200, $$$"""
            {"created":1757169743,"id":"{{{taskId}}}","model":"wan2.6-image-to-video","object":"video.generation.task","progress":0,"status":"pending",
             "task_info":{"can_cancel":true,"estimated_time":1},"type":"video","usage":{"billing_rule":"per_call","credits_reserved":5,"user_group":"default"}}
            """);
    }

    private Task Read(HttpContext context, string taskId) => Send(context, 200, _reads.AddOrUpdate(taskId, 1, (_, count) => count + 1) % 2 == 1
        ? $$"""{"id":"{{taskId}}","status":"processing","progress":50}"""
        : $$"""{"id":"{{taskId}}","status":"completed","progress":100,"results":["https://media.example.com/{{taskId}}.mp4"]}""");

    private static Task Error(HttpContext context, int status, string code, string type) =>
        Send(context, status, $$$"""{"error":{"code":"{{{code}}}","message":"no","type":"{{{type}}}"}}""");

    private static Task Send(HttpContext context, int status, string body) => StubApi.Answer(status, body)(context);
}
