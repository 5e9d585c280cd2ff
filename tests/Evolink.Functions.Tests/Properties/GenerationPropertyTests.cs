using System.Text.RegularExpressions;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using FsCheck;
using FsCheck.Fluent;

namespace Evolink.Functions.Tests.Properties;

/// <summary>
/// What holds whatever happens, in whatever order: callbacks genuine and forged, polls, cancels, timers, lost answers, activities executed
/// twice, and a crash before or after any request. A failure prints its seed: EVOLINK_PROPERTY_SEED=1,2 (or 1,2,size of the failing step) shows it
/// again, and EVOLINK_PROPERTY_TESTS=1000 looks longer.
/// </summary>
public sealed partial class GenerationPropertyTests(VideoServer videos) : IClassFixture<VideoServer>
{
    private static readonly Arbitrary<int[]> Decisions = Arb.From(
        Gen.Sized(size => Gen.ArrayOf(Gen.Choose(0, 1 << 20), size)), Shorter);

    [Fact]
    public void In_any_order_of_events_a_generation_is_charged_at_most_once_and_ends_once() =>
        Check(_ => { }, honoursKeys: false, tests: 40);

    [Fact]
    public void In_any_order_of_events_each_regeneration_is_charged_at_most_once() =>
        Check(options => options.MaxRegenerations = 1, honoursKeys: false, tests: 20);

    [Fact]
    public void In_any_order_of_events_a_trusted_key_is_charged_at_most_once() =>
        Check(options => options.TrustIdempotencyKey = true, honoursKeys: true, tests: 20);

    [Fact]
    public void In_any_order_of_events_no_task_of_another_user_of_a_shared_account_is_taken() =>
        Check(options => options.AccountIsShared = true, honoursKeys: false, tests: 30, isShared: true);

    [Fact]
    public void Whatever_the_model_and_its_body_it_arrives_byte_for_byte_is_charged_at_most_once_and_all_its_results_are_saved() =>
        Check(_ => { }, honoursKeys: false, tests: 60, anyModel: true);

    private void Check(Action<EvolinkOptions> policy, bool honoursKeys, int tests, bool isShared = false, bool anyModel = false)
    {
        EvolinkOptions options = new();
        policy(options);
        Config config = Config.QuickThrowOnFailure.WithMaxTest(Setting("TESTS") is { } more ? int.Parse(more) : tests).WithStartSize(20).WithEndSize(300);
        if (Setting("SEED") is { } seed)
            config = config.WithReplay(Replay(seed));
        FsCheck.Check.One(config, Prop.ForAll(Decisions, async decisions =>
        {
            await using World world = await World.PlayAsync(decisions, videos.Url, policy, honoursKeys, isShared, anyModel);
            try
            {
                foreach (JobId id in world.Ids)
                    CheckEnd(world, id, options);
            }
            catch (InvalidOperationException e)
            {
                throw new InvalidOperationException($"{e.Message}\n{string.Join('\n', world.Log)}", e);
            }
        }));
    }

    private static void CheckEnd(World world, JobId id, EvolinkOptions options)
    {
        JobRecord job = world.Record(id);
        PaidTask[] paid = [.. world.Evolink.Charges.Where(task => task.Key.StartsWith(id.Value, StringComparison.Ordinal))];
        World.Require(job.State.IsTerminal, $"A terminal state is reached, but it is {job.State}.");
        World.Require(!world.Storage.Any($"{EvolinkStorage.GenerationsContainer}/active/{id}"), "No active marker is left.");
        World.Require(paid.GroupBy(task => task.Key, StringComparer.Ordinal).All(key => key.Count() == 1), "Each attempt is charged at most once.");
        World.Require(job.Attempts.Length <= 1 + options.MaxRegenerations, "No more attempts than were allowed.");
        World.Require(paid.All(task => job.Attempts.Any(attempt => task.Key == $"{id}.{attempt.Number}")), "Each charge has an entry in the ledger.");

        World.Require(
            job.Attempts.All(attempt => attempt.TaskId is null || paid.Any(task => task.Id == attempt.TaskId && task.Key == $"{id}.{attempt.Number}")),
            "A task that an attempt has is the one that was paid for it.");
        if (world.Bodies.TryGetValue(id, out string? asked))
            World.Require(paid.All(task => Callback().Replace(task.Body, "") == asked), $"What is paid for is what was asked for: {paid.FirstOrDefault()?.Body}");
        if (job.Video is { } video)
        {
            PaidTask own = paid.Single(task => task.Id == job.CurrentAttempt!.TaskId);
            World.Require(job.State == JobState.Completed && video.Sha256 == VideoServer.Sha256Of(own.Id), "The video is the one that was paid for.");
            IEnumerable<string> saved = job.Files.IsEmpty ? [video.Sha256] : job.Files.Select(file => file.Sha256);
            World.Require(saved.SequenceEqual(own.ResultIds.Select(VideoServer.Sha256Of)), "A completed job has all results that were paid for.");
        }
        else if (paid is [.., var last])
        {
            string?[] reasons = [last.ErrorCode, "submission_outcome_unknown", "generation_deadline_exceeded", "task_not_found", "result_expired"];
            World.Require(job.State == JobState.Cancelled || reasons.Contains(job.Error?.Code), $"What was paid for has a video, or a reason: {job.State} {job.Error}.");
        }
        else
        {
            World.Require(job.State != JobState.Completed, "Nothing is completed that was not paid for.");
        }
    }

    // A history is made shorter by leaving out decisions, and simpler by taking the first choice.
    private static IEnumerable<int[]> Shorter(int[] decisions)
    {
        for (int length = decisions.Length / 2; length > 0; length /= 2)
        {
            for (int start = 0; start + length <= decisions.Length; start += length)
                yield return [.. decisions[..start], .. decisions[(start + length)..]];
        }

        for (int i = 0; i < decisions.Length; i++)
        {
            if (decisions[i] != 0)
                yield return [.. decisions[..i], 0, .. decisions[(i + 1)..]];
        }
    }

    [GeneratedRegex(""","callback_url":"[^"]*"(?=\s*\}$)""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Callback();

    private static string? Setting(string name) => Environment.GetEnvironmentVariable($"EVOLINK_PROPERTY_{name}") is { Length: > 0 } value ? value : null;

    private static Replay Replay(string seed)
    {
        string[] parts = seed.Split(',');
        return new Replay(new Rnd(ulong.Parse(parts[0]), ulong.Parse(parts[1])), parts.Length > 2 ? int.Parse(parts[2]) : null);
    }
}
