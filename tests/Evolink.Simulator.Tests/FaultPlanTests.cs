namespace Evolink.Simulator.Tests;

public sealed class FaultPlanTests
{
    private static readonly FaultRates Often = new() { Submit = 0.5, Callback = 0.5, Read = 0.5, Result = 0.5 };

    [Fact]
    public void The_same_seed_draws_the_same_faults_for_the_same_submit()
    {
        FaultPlan plan = FaultPlan.Seeded(7, Often);
        FaultPlan twin = FaultPlan.Seeded(7, Often);
        FaultPlan stranger = FaultPlan.Seeded(8, Often);

        Assert.Equal(Describe(plan), Describe(twin));
        Assert.NotEqual(Describe(plan), Describe(stranger));
    }

    [Fact]
    public void A_key_has_its_faults_whatever_its_number_and_others_when_it_comes_again()
    {
        FaultPlan plan = FaultPlan.Seeded(7, Often);
        string[] keys = [.. Enumerable.Range(0, 50).Select(number => $"gen-{number}.1")];

        Assert.All(keys, key => Assert.Equal(Describe(plan.Draw(1, key)), Describe(plan.Draw(99, key))));
        Assert.Contains(keys, key => Describe(plan.Draw(1, key)) != Describe(plan.Draw(1, key, occurrence: 1)));
    }

    [Fact]
    public void Rates_are_kept_and_one_does_not_move_the_faults_of_another()
    {
        FaultPlan both = FaultPlan.Seeded(7, new FaultRates { Submit = 0.3, Result = 0.3 });
        FaultPlan one = FaultPlan.Seeded(7, new FaultRates { Result = 0.3 });
        FaultScript[] scripts = [.. Enumerable.Range(1, 2000).Select(submit => both.Draw(submit))];

        Assert.InRange(scripts.Count(script => script.Submit is not null), 500, 700);
        Assert.All(scripts, script => Assert.Empty(script.Callbacks));
        Assert.Equal(scripts.SelectMany(script => script.Results), Enumerable.Range(1, 2000).SelectMany(submit => one.Draw(submit).Results));
    }

    [Fact]
    public void Every_kind_of_the_menu_is_drawn_unless_it_is_excluded()
    {
        FaultRates always = new() { Submit = 1, Callback = 1, Read = 1, Result = 1 };
        HashSet<string> drawn = Kinds(FaultPlan.Seeded(1, always));
        HashSet<string> without = Kinds(FaultPlan.Seeded(1, always with { Without = ["stuck", "edge_block"] }));

        Assert.Equal(["edge_block", "stuck"], drawn.Except(without).Order());
        Assert.Superset(new HashSet<string>(["reset", "duplicate", "stuck", "cut", "dead_link", "odd_results", "before_answer"]), drawn);
    }

    [Fact]
    public async Task A_seeded_simulator_plays_its_plan()
    {
        FaultPlan plan = FaultPlan.Seeded(3, new FaultRates { Submit = 1, Without = ["hang", "slow_answer"] });
        await using Api api = await Api.StartAsync(Api.Instant with { FaultPlan = plan, Idempotency = IdempotencySupport.Off });
        for (int submit = 0; submit < 12; submit++)
            await Record.ExceptionAsync(() => api.PostAsync(Api.Request()));

        LedgerReport ledger = await api.Simulator.ReadLedgerAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(
            Enumerable.Range(1, 12).Select(number => plan.Draw(number).Submit is { } fault ? FaultMenu.KindOf(fault) : "200"),
            ledger.Submits.Select(submit => submit.Answer));
    }

    private static HashSet<string> Kinds(FaultPlan plan) =>
    [
        .. Enumerable.Range(1, 1000).Select(submit => plan.Draw(submit)).SelectMany(script =>
            new object?[] { script.Submit }.Concat(script.Callbacks).Concat(script.Reads).Concat(script.Results)).OfType<object>().Select(FaultMenu.KindOf),
    ];

    private static string Describe(FaultPlan plan) => string.Join('|', Enumerable.Range(1, 100).Select(submit => Describe(plan.Draw(submit))));

    private static string Describe(FaultScript script) =>
        $"{script.Submit} {string.Concat(script.Callbacks)} {string.Concat(script.Reads)} {string.Concat(script.Results)}";
}
