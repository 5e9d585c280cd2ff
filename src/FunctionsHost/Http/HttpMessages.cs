using Google.Protobuf;

namespace FunctionsHost.Http;

/// <summary>
/// HTTP for apps without ASP.NET Core, whose functions take <c>HttpRequestData</c>: request and answer pass through the invocation, in memory.
/// </summary>
internal static class HttpMessages
{
    public static async Task<InvocationResponse> InvokeAsync(
        WorkerChannel channel, string function, InvocationRequest invocation, HttpRequest request, CancellationToken cancellationToken)
    {
        ParameterBinding trigger = invocation.InputData.First(input => input.Data.DataCase == TypedData.DataOneofCase.Http);
        trigger.Data.Http = await ToRpcAsync(request, cancellationToken);
        InvocationResponse response = await channel.InvokeAsync(function, invocation, cancellationToken);
        if (response.OutputData.Select(output => output.Data).Prepend(response.ReturnValue).FirstOrDefault(data => data?.Http is not null) is { Http: { } answer })
            await WriteAsync(answer, request.HttpContext.Response, cancellationToken);
        else if (response.ReturnValue is { HasString: true, String: var text })
            await request.HttpContext.Response.WriteAsync(text, cancellationToken);
        return response;
    }

    private static async Task<RpcHttp> ToRpcAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        RpcHttp http = new()
        {
            Method = request.Method,
            Url = $"{request.Scheme}://{request.Host}{request.Path}{request.QueryString}",
            Body = new TypedData { Bytes = await ByteString.FromStreamAsync(request.Body, cancellationToken) },
        };
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in request.Headers)
            http.NullableHeaders[name.ToLowerInvariant()] = new NullableString { Value = values.ToString() };
        return http;
    }

    private static async Task WriteAsync(RpcHttp answer, HttpResponse response, CancellationToken cancellationToken)
    {
        response.StatusCode = int.Parse(answer.StatusCode, CultureInfo.InvariantCulture);
        foreach ((string name, string value) in answer.Headers)
            response.Headers[name] = value;
        foreach (RpcHttpCookie cookie in answer.Cookies)
            response.Cookies.Append(cookie.Name, cookie.Value, OptionsOf(cookie));
        ByteString body = answer.Body?.Bytes ?? ByteString.Empty;
        if (body.Length > 0 && !HttpMethods.IsHead(response.HttpContext.Request.Method))
            await response.Body.WriteAsync(body.Memory, cancellationToken);
    }

    private static CookieOptions OptionsOf(RpcHttpCookie cookie) => new()
    {
        Domain = cookie.Domain?.Value,
        Path = cookie.Path?.Value,
        Expires = cookie.Expires?.Value?.ToDateTimeOffset(),
        Secure = cookie.Secure?.Value ?? false,
        HttpOnly = cookie.HttpOnly?.Value ?? false,
        MaxAge = cookie.MaxAge is { } age ? TimeSpan.FromSeconds(age.Value) : null,
        SameSite = cookie.SameSite switch
        {
            RpcHttpCookie.Types.SameSite.Lax => SameSiteMode.Lax,
            RpcHttpCookie.Types.SameSite.Strict => SameSiteMode.Strict,
            RpcHttpCookie.Types.SameSite.ExplicitNone => SameSiteMode.None,
            _ => SameSiteMode.Unspecified,
        },
    };
}
