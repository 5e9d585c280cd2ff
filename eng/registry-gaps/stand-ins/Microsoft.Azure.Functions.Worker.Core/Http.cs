using System.Collections.Specialized;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text;
using Azure.Core.Serialization;
using Microsoft.Azure.Functions.Worker.Http;
using RegistryGaps;

namespace Microsoft.Azure.Functions.Worker.Http
{
    public abstract class HttpRequestData
    {
        public HttpRequestData(FunctionContext functionContext)
        {
            ArgumentNullException.ThrowIfNull(functionContext);
            FunctionContext = functionContext;
        }

        public abstract Stream Body { get; }

        public abstract HttpHeadersCollection Headers { get; }

        public abstract IReadOnlyCollection<IHttpCookie> Cookies { get; }

        public abstract Uri Url { get; }

        public abstract IEnumerable<ClaimsIdentity> Identities { get; }

        public abstract string Method { get; }

        public FunctionContext FunctionContext { get; }

        public virtual NameValueCollection Query => throw StandIn.Called();

        public abstract HttpResponseData CreateResponse();
    }

    public abstract class HttpResponseData
    {
        public HttpResponseData(FunctionContext functionContext)
        {
            ArgumentNullException.ThrowIfNull(functionContext);
            FunctionContext = functionContext;
        }

        public abstract HttpStatusCode StatusCode { get; set; }

        public abstract HttpHeadersCollection Headers { get; set; }

        public abstract Stream Body { get; set; }

        public abstract HttpCookies Cookies { get; }

        public FunctionContext FunctionContext { get; }

        public static HttpResponseData CreateResponse(HttpRequestData request)
        {
            ArgumentNullException.ThrowIfNull(request);
            return request.CreateResponse();
        }
    }

    public sealed class HttpHeadersCollection : HttpHeaders
    {
        public HttpHeadersCollection()
        {
        }

        public HttpHeadersCollection(IEnumerable<KeyValuePair<string, IEnumerable<string>>> headers)
        {
            foreach ((string name, IEnumerable<string> values) in headers)
                TryAddWithoutValidation(name, values);
        }

        public HttpHeadersCollection(IEnumerable<KeyValuePair<string, string>> headers)
        {
            foreach ((string name, string value) in headers)
                TryAddWithoutValidation(name, value);
        }
    }

    public abstract class HttpCookies
    {
        public abstract void Append(string name, string value);

        public abstract void Append(IHttpCookie cookie);

        public abstract IHttpCookie CreateNew();
    }

    public interface IHttpCookie
    {
        string? Domain { get; }

        DateTimeOffset? Expires { get; }

        bool? HttpOnly { get; }

        double? MaxAge { get; }

        string Name { get; }

        string? Path { get; }

        SameSite SameSite { get; }

        bool? Secure { get; }

        string Value { get; }
    }

    public enum SameSite
    {
        None,
        Lax,
        Strict,
        ExplicitNone,
    }

    public static class HttpRequestDataExtensions
    {
        public static Task<string?> ReadAsStringAsync(this HttpRequestData request, Encoding? encoding = null) => throw StandIn.Called();

        public static string? ReadAsString(this HttpRequestData request, Encoding? encoding = null) => throw StandIn.Called();

        public static ValueTask<T?> ReadFromJsonAsync<T>(this HttpRequestData request, CancellationToken cancellationToken = default) =>
            throw StandIn.Called();

        public static ValueTask<T?> ReadFromJsonAsync<T>(
            this HttpRequestData request, ObjectSerializer serializer, CancellationToken cancellationToken = default) =>
            throw StandIn.Called();

        public static HttpResponseData CreateResponse(this HttpRequestData request, HttpStatusCode statusCode)
        {
            HttpResponseData response = request.CreateResponse();
            response.StatusCode = statusCode;
            return response;
        }
    }
}

namespace Microsoft.Azure.Functions.Worker
{
    public static class FunctionContextHttpRequestExtensions
    {
        public static ValueTask<HttpRequestData?> GetHttpRequestDataAsync(this FunctionContext context) => throw StandIn.Called();

        public static HttpResponseData? GetHttpResponseData(this FunctionContext context) => throw StandIn.Called();
    }
}
