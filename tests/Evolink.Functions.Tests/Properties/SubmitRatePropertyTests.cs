using Evolink.Pipeline.Submissions;
using FsCheck;
using FsCheck.Fluent;

namespace Evolink.Functions.Tests.Properties;

/// <summary>
/// What holds for the rate of submits over days, at any load, whatever fails: see <see cref="SubmitSimulation"/>. A failure prints its
/// seed.
/// </summary>
public sealed class SubmitRatePropertyTests(ITestOutputHelper output)
{
    private static readonly Arbitrary<int> Seeds = Arb.From(Gen.Choose(0, int.MaxValue - 1));

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.95)]
    public void Below_the_rate_every_job_is_sent(double load) => Check(load, days: 2, run =>
    {
        // Who came last may be in line when it ends, which is never longer than this.
        double inLine = SubmitSimulation.PerSecond * SubmitSimulation.MaxSubmitAge.TotalSeconds;
        World.Require(run.Accepted + inLine > run.Arrivals * 0.98, $"Nearly all are sent, but {run.Accepted} of {run.Arrivals}.");
        World.Require(
            run.ToldAtOnce + run.ToldLater < run.Arrivals * 0.01, $"Nobody is refused, but {run.ToldAtOnce} and {run.ToldLater} are.");
    });

    [Theory]
    [InlineData(1.05)]
    [InlineData(3)]
    public void Above_the_rate_nearly_all_of_it_is_sent_and_who_is_too_many_is_told_at_once(double load) => Check(
        load, days: load > 2 ? 2 : 3, run =>
    {
        // The line has filled by then.
        int sent = run.Sends.Count(at => at >= run.Half);
        double possible = SubmitSimulation.PerSecond * (run.End - run.Half).TotalSeconds;
        World.Require(sent >= possible * 0.95, $"95 % of the rate is sent, but {sent} of {possible:0}.");
        World.Require(
            run.ToldAtOnce > run.ToldLater * 9, $"Who is told is told at once, but {run.ToldAtOnce} were and {run.ToldLater} later.");
    });

    private void Check(double load, int days, Action<SubmitSimulation> check) => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2),
        Prop.ForAll(Seeds, async seed =>
        {
            SubmitSimulation run = new(load, TimeSpan.FromDays(days), seed);
            await run.RunAsync();
            output.WriteLine(
                $"{load:P0}, seed {seed}: of {run.Arrivals} jobs {run.Accepted} sent, "
                + $"{run.ToldAtOnce} told at once, {run.ToldLater} later; longest wait {run.LongestWait}");
            CheckRate(run.Sends);
            World.Require(
                run.LongestWait <= SubmitSimulation.MaxSubmitAge + TimeSpan.FromMinutes(1),
                $"Nobody waits for longer than that without being told, but {run.LongestWait}.");
            check(run);
        }));

    // The tolerance that SubmitRate documents.
    private static void CheckRate(IReadOnlyList<DateTimeOffset> sends)
    {
        foreach (int minutes in (int[])[1, 10, 60, 360])
        {
            var window = TimeSpan.FromMinutes(minutes);
            TimeSpan tolerated = window + SubmitRate.SlotLifetime + SubmitSimulation.Skew;
            double most = (SubmitSimulation.PerSecond * tolerated.TotalSeconds) + SubmitSimulation.Instances;
            for ((int first, int last) = (0, 0); last < sends.Count; last++)
            {
                while (sends[last] - sends[first] >= window)
                    first++;
                World.Require(
                    last - first + 1 <= most,
                    $"At most {most:0.0} submits within {window}, but {last - first + 1} before {sends[last]:u}.");
            }
        }
    }
}
