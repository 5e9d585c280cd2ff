using System.Net;
using Evolink.LocalHost.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.LocalHost.Tests.Hosting;

public sealed class HttpHostTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestApp.Witness _witness = new();
    private readonly HttpClient _http = new();

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("values/a%20b/7?q=x", "a b 7  x Values")]
    [InlineData("values/a/7/2026-01-31", "a 7 2026  Values")]
    public async Task Parameters_get_the_values_of_the_route_by_name(string path, string expected)
    {
        await using LocalFunctionsHost host = await StartAsync();

        Assert.Equal(expected, await _http.GetStringAsync(new Uri(host.BaseUrl, path)));
    }

    [Fact]
    public async Task A_function_sees_the_request_its_definition_and_the_durable_client()
    {
        await using LocalFunctionsHost host = await StartAsync();

        using HttpResponseMessage response = await _http.PostAsync(new Uri(host.BaseUrl, "context"), new StringContent("body"));

        Assert.Equal($"True {typeof(TestApp).FullName}.Context httpTrigger True True body", await response.Content.ReadAsStringAsync());
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Settings_are_put_into_routes_and_an_action_result_is_carried_out()
    {
        await using LocalFunctionsHost host = await StartAsync();

        using HttpResponseMessage response = await _http.GetAsync(new Uri(host.BaseUrl, "from-settings/action"));

        Assert.Equal((HttpStatusCode.Accepted, """{"path":"/from-settings/action"}"""), (response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData("GET", "nowhere", 404)]
    [InlineData("DELETE", "silent", 404)]
    [InlineData("GET", "throws", 500)]
    [InlineData("GET", "silent", 200)]
    public async Task The_host_itself_answers_without_a_body(string method, string path, int status)
    {
        await using LocalFunctionsHost host = await StartAsync();

        using HttpResponseMessage response = await _http.SendAsync(new HttpRequestMessage(new HttpMethod(method), new Uri(host.BaseUrl, path)));

        Assert.Equal((status, ""), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Every_call_has_a_scope_of_its_own_which_ends_with_it()
    {
        string[] first, second;
        await using (LocalFunctionsHost host = await StartAsync())
        {
            first = (await _http.GetStringAsync(new Uri(host.BaseUrl, "scope"))).Split(' ');
            second = (await _http.GetStringAsync(new Uri(host.BaseUrl, "scope"))).Split(' ');
        }

        Assert.Equal("True", first[1]);
        Assert.NotEqual(first[0], second[0]);
        Assert.Equal(new[] { first[0], second[0] }.Order(), _witness.Disposed.Select(id => id.ToString()).Order());
    }

    [Fact]
    public async Task Middleware_runs_in_the_order_of_registration_around_the_function_and_before_its_result()
    {
        await using LocalFunctionsHost host = await StartAsync(worker => worker.Use(Step("outer")).Use(Step("inner")));

        await _http.GetStringAsync(new Uri(host.BaseUrl, "values/a/7"));

        Assert.Equal(["outer in False", "inner in False", "inner out False", "outer out False"], _witness.Steps);

        Func<Microsoft.Azure.Functions.Worker.Middleware.FunctionExecutionDelegate, Microsoft.Azure.Functions.Worker.Middleware.FunctionExecutionDelegate> Step(string name) =>
            next => async context =>
            {
                _witness.Steps.Enqueue($"{name} in {context.GetHttpContext()!.Response.HasStarted}");
                await next(context);
                _witness.Steps.Enqueue($"{name} out {context.GetHttpContext()!.Response.HasStarted}");
            };
    }

    [Fact]
    public async Task Middleware_that_does_not_call_next_refuses_and_its_answer_stands()
    {
        await using LocalFunctionsHost host = await StartAsync(worker => worker.Use(_ => context =>
        {
            context.GetHttpContext()!.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return context.GetHttpContext()!.Response.WriteAsync("no");
        }));

        using HttpResponseMessage response = await _http.GetAsync(new Uri(host.BaseUrl, "throws"));

        Assert.Equal((HttpStatusCode.Unauthorized, "no"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_the_request_but_not_the_functions_token()
    {
        await using LocalFunctionsHost host = await StartAsync();
        using var client = new CancellationTokenSource();
        Task<string> request = _http.GetStringAsync(new Uri(host.BaseUrl, "waits"), client.Token);
        await _witness.Arrived.Task;

        await client.CancelAsync();

        Assert.False(await _witness.ClientGone.Task);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
    }

    [Fact]
    public async Task A_host_that_stops_tells_its_functions()
    {
        LocalFunctionsHost host = await StartAsync();
        Task<string> request = _http.GetStringAsync(new Uri(host.BaseUrl, "waits"));
        await _witness.Arrived.Task;

        await host.DisposeAsync();

        await _witness.HostStopped.Task;
        Assert.Equal("", await request);
    }

    [Fact]
    public async Task A_parameter_that_nothing_can_fill_stops_the_start()
    {
        var thrown = await Assert.ThrowsAsync<LocalHostException>(() => StartAsync(classes: [typeof(Unbindable)]));

        Assert.Contains("Odd: the parameter stream of type Stream cannot be bound", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_whose_setting_is_missing_stops_the_start()
    {
        var thrown = await Assert.ThrowsAsync<LocalHostException>(() => StartAsync(settings: []));

        Assert.Contains("Action: the setting Where", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_told_with_the_way_out()
    {
        await using LocalFunctionsHost host = await StartAsync();

        var thrown = await Assert.ThrowsAsync<LocalHostException>(() => StartAsync(port: host.BaseUrl.Port));

        Assert.Equal($"Port {host.BaseUrl.Port} is already in use. Choose another with --port, or 0 for any that is free.", thrown.Message);
    }

    private Task<LocalFunctionsHost> StartAsync(
        Action<IFunctionsWorkerApplicationBuilder>? middleware = null, int port = 0, Dictionary<string, string?>? settings = null, params Type[] classes) =>
        LocalFunctionsHost.StartAsync(new LocalFunctionsHostOptions
        {
            FunctionApp = typeof(TestApp).Assembly,
            FunctionClasses = classes is [] ? [typeof(TestApp)] : classes,
            ConfigureServices = (services, _, _) => services.AddSingleton(_witness).AddScoped<TestApp.Scoped>(),
            ConfigureWorker = middleware ?? (static _ => { }),
            JournalPath = _folder["journal.db"],
            HostJsonPath = HostJson(),
            Port = port,
            Settings = _ => settings ?? new Dictionary<string, string?> { ["Where"] = "from-settings" },
            UseEnvironmentVariables = false,
        });

    private string HostJson()
    {
        string file = _folder["host.json"];
        File.WriteAllText(file, """{ "version": "2.0", "extensions": { "http": { "routePrefix": "" } } }""");
        return file;
    }

    public static class Unbindable
    {
        [Function("Odd")]
        public static string Odd([HttpTrigger("get")] HttpRequest request, Stream stream) => request.Path + stream;
    }
}
