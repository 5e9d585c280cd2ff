using System.Diagnostics.Metrics;
using Evolink.Client;
using Evolink.Functions.Submits;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Tests.Submits;

public sealed class ReadCreditsTests
{
    [Theory]
    [InlineData(900, null, null, 900)]
    [InlineData(900, 40, false, 40)]
    [InlineData(30, 40, false, 30)]
    [InlineData(900, 0, true, 900)]
    [InlineData(null, 40, null, 40)]
    public async Task What_can_be_spent_is_the_less_of_account_and_key(int? account, int? key, bool? unlimited, int left)
    {
        CreditBalance balance = new() { Remaining = account, KeyRemaining = key, KeyIsUnlimited = unlimited };

        Assert.Equal(left, await ReadAsync(new Account(() => balance)));
    }

    [Fact]
    public async Task That_Evolink_does_not_answer_fails_nothing_and_tells_no_figure() =>
        Assert.Null(await ReadAsync(new Account(() => throw new EvolinkException("The account cannot be read.", SubmitOutcome.NotSent))));

    [Fact]
    public async Task Evolink_is_not_asked_without_a_key()
    {
        Account account = new(() => new CreditBalance { Remaining = 1 });

        Assert.Null(await ReadAsync(account, key: null));
        Assert.Equal(0, account.Asked);
    }

    private static async Task<double?> ReadAsync(Account account, string? key = "sk-of-the-test")
    {
        await using ServiceProvider services = new ServiceCollection()
            .AddMetrics().AddSingleton(TimeProvider.System).AddSingleton<PipelineMetrics>().BuildServiceProvider();
        PipelineMetrics metrics = services.GetRequiredService<PipelineMetrics>();
        IMeterFactory meters = services.GetRequiredService<IMeterFactory>();
        double? left = null;
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Scope == meters && instrument.Name == "evolink.credits.left")
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => left = value);
        listener.Start();
        ReadCredits timer = new(
            account, Options.Create(new EvolinkOptions { ApiKey = key }), metrics, NullLogger<ReadCredits>.Instance);

        await timer.RunAsync(new TimerInfo(), TestContext.Current.CancellationToken);
        listener.RecordObservableInstruments();
        return left;
    }

    private sealed class Account(Func<CreditBalance> answer) : EvolinkClient("sk-of-the-test")
    {
        public int Asked { get; private set; }

        public override Task<CreditBalance> GetCreditsAsync(CancellationToken cancellationToken = default)
        {
            Asked++;
            return Task.FromResult(answer());
        }
    }
}
