using System.Net;
using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Tests.Support;
using Evolink.Testing;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Pipeline.Tests.Limits;

/// <summary>Requests of a minute, leased from storage by several instances.</summary>
public sealed class MinuteBudgetTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly string _client = $"c{Guid.NewGuid():N}";
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 12, 0, 20, TimeSpan.Zero));

    private Task<TestPipeline> InstanceAsync(int limit) => TestPipeline.StartAsync(
        azurite, time: _time, configure: options => options.Limits.Clients[_client] = new() { RequestsPerMinute = limit });

    private async Task<int> TakeAsync(MinuteBudget budget, int requests)
    {
        TimeSpan?[] taken = await Task.WhenAll(Enumerable.Range(0, requests).Select(_ => budget.TakeAsync(_client, None).AsTask()));
        return taken.Count(wait => wait is null);
    }

    [Fact]
    public async Task Two_instances_together_let_exactly_the_limit_through()
    {
        await using TestPipeline one = await InstanceAsync(50), other = await InstanceAsync(50);
        int[] passed = await Task.WhenAll(TakeAsync(one.Get<MinuteBudget>(), 200), TakeAsync(other.Get<MinuteBudget>(), 200));
        Assert.Equal(50, passed.Sum());
        Assert.Equal(TimeSpan.FromSeconds(40), await one.Get<MinuteBudget>().TakeAsync(_client, None));
    }

    [Fact]
    public async Task The_next_minute_begins_anew_also_for_an_instance_that_has_just_started()
    {
        await using TestPipeline one = await InstanceAsync(20);
        Assert.Equal(20, await TakeAsync(one.Get<MinuteBudget>(), 30));
        await using TestPipeline restarted = await InstanceAsync(20);
        Assert.Equal(0, await TakeAsync(restarted.Get<MinuteBudget>(), 5));
        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(20, await TakeAsync(restarted.Get<MinuteBudget>(), 30));
    }

    [Fact]
    public async Task An_instance_that_used_nothing_of_its_slice_costs_the_others_a_tenth_at_most()
    {
        await using TestPipeline one = await InstanceAsync(100), other = await InstanceAsync(100);
        Assert.Equal(1, await TakeAsync(one.Get<MinuteBudget>(), 1));
        Assert.Equal(90, await TakeAsync(other.Get<MinuteBudget>(), 200));
    }

    [Fact]
    public void An_instance_whose_clock_is_ahead_does_not_give_a_minute_away_twice()
    {
        (MinuteState ahead, int leased) = MinuteState.Untouched.Lease(minute: 8, limit: 10, wanted: 6);
        Assert.Equal(6, leased);
        (MinuteState behind, leased) = ahead.Lease(minute: 7, limit: 10, wanted: 6);
        Assert.Equal(4, leased);
        Assert.Equal(0, behind.Lease(minute: 8, limit: 10, wanted: 6).Leased);
        // A clock that was far ahead, and is right again, stops nobody for ever.
        Assert.Equal(6, ahead.Lease(minute: 3, limit: 10, wanted: 6).Leased);
    }

    [Fact]
    public async Task The_default_is_for_everybody_and_without_one_nothing_is_held_back()
    {
        await using TestPipeline limited = await TestPipeline.StartAsync(
            azurite, time: _time, configure: options => options.Limits.Default.RequestsPerMinute = 1);
        Assert.Equal(1, await TakeAsync(limited.Get<MinuteBudget>(), 3));
        await using TestPipeline open = await TestPipeline.StartAsync(azurite, time: _time);
        Assert.Equal(3, await TakeAsync(open.Get<MinuteBudget>(), 3));
    }

    [Fact]
    public async Task While_storage_refuses_nothing_is_held_back()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(
            azurite, time: _time, services: services => services.AddSingleton<OutgoingHttp>(new NoLimits()), configure: options => options.Limits.Clients[_client] = new() { RequestsPerMinute = 1 });
        Assert.Equal(3, await TakeAsync(pipeline.Get<MinuteBudget>(), 3));
        Assert.Contains(pipeline.Log.Lines, line => line.Contains(" 1701: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_the_identity_gets_no_token_nothing_is_held_back()
    {
        NoToken identity = new((request, _) => request.RequestUri!.AbsolutePath.Contains("/limits/", StringComparison.Ordinal));
        await using TestPipeline pipeline = await TestPipeline.StartAsync(
            azurite,
            time: _time,
            services: services => services.AddSingleton<OutgoingHttp>(identity),
            configure: options => options.Limits.Clients[_client] = new() { RequestsPerMinute = 1 });
        Assert.Equal(3, await TakeAsync(pipeline.Get<MinuteBudget>(), 3));
    }

    private sealed class NoLimits : OutgoingHttp
    {
        public override HttpMessageHandler Storage() => new Handler(base.Storage());

        private sealed class Handler(HttpMessageHandler inner) : DelegatingHandler(inner)
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
                request.RequestUri!.AbsolutePath.Contains("/limits/", StringComparison.Ordinal)
                    ? Task.FromResult(StorageTap.Refusal(HttpStatusCode.Forbidden, "AuthorizationPermissionMismatch"))
                    : base.SendAsync(request, cancellationToken);
        }
    }
}
