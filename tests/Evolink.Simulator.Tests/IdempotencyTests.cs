using System.Net;

namespace Evolink.Simulator.Tests;

public sealed class IdempotencyTests
{
    private const string Key = "gen-0123456789.1";

    [Fact]
    public async Task The_same_key_and_body_meet_the_same_task_and_are_charged_once()
    {
        await using Api api = await Api.StartAsync();
        string id = await api.SubmitAsync(idempotencyKey: Key);

        using HttpResponseMessage again = await api.PostAsync(Api.Request(), Key);

        Assert.Equal(id, (string?)(await Api.JsonAsync(again))["id"]);
        Assert.Equal("true", Assert.Single(again.Headers.GetValues("Idempotency-Replayed")));
        LedgerReport ledger = await api.Simulator.ReadLedgerAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Single(ledger.Charges);
        Assert.Equal([(id, true), (id, false)], ledger.Submits.Select(submit => (submit.TaskId!, submit.Charged)));
        Assert.Equal(new IdempotencyKeyEntry(SimulatorOptions.DevelopmentAccount, Key, id), Assert.Single(ledger.IdempotencyKeys));
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_a_conflict()
    {
        await using Api api = await Api.StartAsync();
        await api.SubmitAsync(idempotencyKey: Key);

        using HttpResponseMessage other = await api.PostAsync(Api.Request("A dog"), Key);

        Assert.Equal((HttpStatusCode.Conflict, "idempotency_conflict"), (other.StatusCode, await Api.ErrorCodeAsync(other)));
    }

    [Fact]
    public async Task A_hundred_submits_with_one_key_at_once_make_one_task()
    {
        await using Api api = await Api.StartAsync();

        string[] ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => api.SubmitAsync(idempotencyKey: Key)));

        Assert.Single(ids.Distinct());
        Assert.Single((await api.Simulator.ReadLedgerAsync(cancellationToken: TestContext.Current.CancellationToken)).Charges);
    }

    [Fact]
    public async Task A_key_without_the_right_form_is_refused()
    {
        await using Api api = await Api.StartAsync();

        using HttpResponseMessage response = await api.PostAsync(Api.Request(), "short");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_provider_without_idempotency_charges_again()
    {
        await using Api api = await Api.StartAsync(Api.Instant with { Idempotency = IdempotencySupport.Off });

        string first = await api.SubmitAsync(idempotencyKey: Key);
        string second = await api.SubmitAsync(idempotencyKey: Key);

        Assert.NotEqual(first, second);
        Assert.Equal(2, (await api.Simulator.ReadLedgerAsync(cancellationToken: TestContext.Current.CancellationToken)).Charges.Count);
    }
}
