using System.Net;
using System.Net.Sockets;

namespace Evolink.Client.Tests;

/// <summary>Failures below HTTP, and what they mean for money.</summary>
public sealed class SubmitFailureTests
{
    private const string Accepted = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"id\":\"task-1\"}";

    [Fact]
    public async Task A_refused_connection_is_tried_again_and_ends_as_not_sent()
    {
        var tries = 0;
        using var http = Http(_ =>
        {
            tries++;
            throw new SocketException((int)SocketError.ConnectionRefused);
        });

        var failure = await FailureOf(Client(http, RawServer.Nowhere()));

        Assert.Equal((SubmitOutcome.NotSent, "connection_failed", true), (failure.Outcome, failure.Code, failure.IsTransient));
        Assert.Null(failure.StatusCode);
        Assert.Equal(4, tries);
    }

    [Theory]
    [InlineData("https://", 900_000)]
    [InlineData("https://a/", 900_000)]
    [InlineData("sk-", 900_000)]
    public async Task A_refusal_of_any_length_is_understood_and_cut(string part, int length)
    {
        string message = string.Concat(Enumerable.Repeat(part, length / part.Length));
        await using var api = await StubApi.StartAsync(
            400, $$"""{"error":{"code":"invalid_request","message":"{{message}}","type":"invalid_request_error"} }""");
        var failure = await FailureOf(Clients.For(api.Url));
        Assert.Equal(SubmitOutcome.Rejected, failure.Outcome);
        Assert.InRange(failure.ErrorMessage!.Length, 1, 1003);
    }

    [Fact]
    public async Task A_port_where_nothing_listens_is_not_sent()
    {
        var failure = await FailureOf(Clients.For(RawServer.Nowhere()));
        Assert.Equal(SubmitOutcome.NotSent, failure.Outcome);
    }

    [Fact]
    public async Task A_connection_that_comes_up_at_last_is_used_once()
    {
        await using var server = new RawServer(AcceptAsync);
        var tries = 0;
        using var http = Http(async cancellationToken => ++tries < 3
            ? throw new SocketException((int)SocketError.HostNotFound)
            : await ConnectAsync(server.Url, cancellationToken));

        var submitted = await Client(http, server.Url).SubmitAsync(Clients.Cat);

        Assert.Equal(("task-1", 3, 1), (submitted.TaskId, tries, server.Connections));
    }

    [Fact]
    public async Task A_name_that_does_not_exist_is_not_sent()
    {
        var client = new EvolinkClient(new EvolinkClientOptions
        {
            ApiKey = Clients.Key,
            BaseUrl = new Uri("https://api.evolink.invalid"),
            Retry = new EvolinkRetryOptions { MaxSubmitRetries = 0 },
        });
        Assert.Equal((SubmitOutcome.NotSent, "connection_failed"), Key(await FailureOf(client)));
    }

    [Fact]
    public async Task A_TLS_failure_is_not_sent()
    {
        await using var server = new RawServer(async (socket, stop) => await RawServer.SendAsync(socket, "HTTP/1.1 400 Bad Request\r\n\r\n", stop));
        var client = Clients.For(new UriBuilder(server.Url) { Scheme = "https" }.Uri, options => options.Retry.MaxSubmitRetries = 1);

        Assert.Equal((SubmitOutcome.NotSent, "connection_failed"), Key(await FailureOf(client)));
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task A_reset_after_the_request_was_read_is_unknown_and_not_sent_again()
    {
        await using var server = new RawServer(async (socket, stop) =>
        {
            await RawServer.ReadRequestAsync(socket, stop);
            RawServer.Reset(socket);
        });

        Assert.Equal((SubmitOutcome.Unknown, "connection_lost"), Key(await FailureOf(Clients.For(server.Url))));
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"id\":\"task-1\"")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"id\":\"task-1\"}")]
    public async Task A_cut_answer_is_unknown_and_the_request_not_sent_again(string answer)
    {
        await using var server = new RawServer(async (socket, stop) =>
        {
            await RawServer.ReadRequestAsync(socket, stop);
            await RawServer.SendAsync(socket, answer, stop);
            socket.Shutdown(SocketShutdown.Both);
        });

        Assert.Equal(SubmitOutcome.Unknown, (await FailureOf(Clients.For(server.Url))).Outcome);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_kept_connection_that_dies_under_the_request_is_unknown()
    {
        await using var server = new RawServer(async (socket, stop) =>
        {
            await RawServer.ReadRequestAsync(socket, stop);
            await RawServer.SendAsync(socket, Accepted, stop);
            await RawServer.ReadRequestAsync(socket, stop);
            RawServer.Reset(socket);
        });
        var client = Clients.For(server.Url);

        await client.SubmitAsync(Clients.Cat);

        Assert.Equal(SubmitOutcome.Unknown, (await FailureOf(client)).Outcome);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task An_answer_without_end_is_given_up()
    {
        var chunk = new string(' ', 65536);
        await using var server = new RawServer(async (socket, stop) =>
        {
            await RawServer.ReadRequestAsync(socket, stop);
            await RawServer.SendAsync(socket, "HTTP/1.1 200 OK\r\n\r\n", stop);
            while (true) await RawServer.SendAsync(socket, chunk, stop);
        });

        Assert.Equal((SubmitOutcome.Unknown, "unreadable_answer"), Key(await FailureOf(Clients.For(server.Url))));
    }

    [Fact]
    public async Task No_answer_in_time_is_unknown()
    {
        var clock = new ManualTimeProvider();
        await using var server = new RawServer(async (socket, stop) =>
        {
            await RawServer.ReadRequestAsync(socket, stop);
            clock.Advance(TimeSpan.FromSeconds(60));
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        });

        Assert.Equal((SubmitOutcome.Unknown, "timed_out"), Key(await FailureOf(Clients.For(server.Url, options => options.TimeProvider = clock))));
    }

    [Fact]
    public async Task No_connection_in_time_is_not_sent()
    {
        var clock = new ManualTimeProvider();
        using var http = Http(async cancellationToken =>
        {
            clock.Advance(TimeSpan.FromSeconds(60));
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new InvalidOperationException("Not reached.");
        });

        Assert.Equal((SubmitOutcome.NotSent, "timed_out"), Key(await FailureOf(Client(http, RawServer.Nowhere(), options => options.TimeProvider = clock))));
    }

    [Fact]
    public async Task The_time_for_a_submit_spans_its_retries()
    {
        var clock = new ManualTimeProvider();
        using var http = Http(_ => throw new SocketException((int)SocketError.ConnectionRefused));
        var client = Client(http, RawServer.Nowhere(), options =>
        {
            options.TimeProvider = clock;
            options.SubmitTimeout = TimeSpan.FromSeconds(10);
            options.Retry = new EvolinkRetryOptions { MaxSubmitRetries = 1000, BaseDelay = TimeSpan.FromSeconds(3), MaxDelay = TimeSpan.FromSeconds(3) };
        });
        var begun = clock.GetUtcNow();

        var failing = FailureOf(client);
        await clock.AdvanceUntilAsync(failing, waitFor: 2);

        Assert.Equal((SubmitOutcome.NotSent, "connection_failed"), Key(await failing));
        Assert.Equal(TimeSpan.FromSeconds(10), clock.GetUtcNow() - begun);
    }

    [Fact]
    public async Task Cancelled_before_a_byte_left_is_an_ordinary_cancellation()
    {
        using var caller = new CancellationTokenSource();
        using var http = Http(async cancellationToken =>
        {
            await caller.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new InvalidOperationException("Not reached.");
        });

        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client(http, RawServer.Nowhere()).SubmitAsync(Clients.Cat, null, caller.Token));

        Assert.Equal(caller.Token, failure.CancellationToken);
    }

    [Fact]
    public async Task Cancelled_after_the_request_left_is_unknown_not_an_ordinary_cancellation()
    {
        using var caller = new CancellationTokenSource();
        await using var server = new RawServer(async (socket, stop) =>
        {
            await RawServer.ReadRequestAsync(socket, stop);
            await caller.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        });

        var failure = await FailureOf(Clients.For(server.Url), caller.Token);

        Assert.Equal((SubmitOutcome.Unknown, "cancelled_in_flight"), Key(failure));
    }

    [Fact]
    public async Task Whatever_a_foreign_handler_throws_after_the_body_left_is_unknown()
    {
        using var http = new HttpClient(new SendAndThrow());
        Assert.Equal(SubmitOutcome.Unknown, (await FailureOf(Client(http, RawServer.Nowhere()))).Outcome);
    }

    private static async Task AcceptAsync(Socket socket, CancellationToken stop)
    {
        await RawServer.ReadRequestAsync(socket, stop);
        await RawServer.SendAsync(socket, Accepted, stop);
    }

    private static (SubmitOutcome Outcome, string Code) Key(EvolinkException failure) => (failure.Outcome, failure.Code);

    private static Task<EvolinkException> FailureOf(EvolinkClient client, CancellationToken cancellationToken = default) =>
        Assert.ThrowsAsync<EvolinkException>(() => client.SubmitAsync(Clients.Cat, null, cancellationToken));

    private static HttpClient Http(Func<CancellationToken, Task<Stream>> connect)
    {
        var handler = EvolinkClient.CreateHandler();
        handler.ConnectCallback = async (_, cancellationToken) => await connect(cancellationToken);
        return new HttpClient(handler);
    }

    private static async Task<Stream> ConnectAsync(Uri url, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, url.Port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static EvolinkClient Client(HttpClient http, Uri url, Action<EvolinkClientOptions>? configure = null)
    {
        var options = new EvolinkClientOptions
        {
            ApiKey = Clients.Key,
            BaseUrl = url,
            AllowLoopback = true,
            Retry = new EvolinkRetryOptions { BaseDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(5) },
        };
        configure?.Invoke(options);
        return new EvolinkClient(http, options);
    }

    private sealed class SendAndThrow : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
            throw new InvalidOperationException("A circuit broke.");
        }
    }
}
