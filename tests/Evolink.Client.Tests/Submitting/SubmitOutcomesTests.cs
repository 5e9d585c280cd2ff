namespace Evolink.Client.Tests;

public sealed class SubmitOutcomesTests
{
    [Theory]
    [InlineData(false, SubmitOutcome.NotSent)]
    [InlineData(true, SubmitOutcome.Unknown)]
    public void Without_an_answer_all_hangs_on_whether_the_body_began_to_leave(bool started, SubmitOutcome expected) =>
        Assert.Equal(new SubmitVerdict(expected), SubmitOutcomes.Classify(new SubmitAnswer { BodyStarted = started }));

    [Theory]
    [InlineData(200), InlineData(201), InlineData(202), InlineData(299)]
    public void A_success_with_an_id_is_accepted_and_without_one_unknown(int status)
    {
        Assert.Equal(SubmitOutcome.Accepted, Classify(status, taskId: "task-1").Outcome);
        Assert.Equal(SubmitOutcome.Unknown, Classify(status).Outcome);
        Assert.Equal(SubmitOutcome.Unknown, Classify(status, envelope: true).Outcome);
        Assert.Equal(SubmitOutcome.Unknown, Classify(status, edgePage: true).Outcome);
    }

    [Theory]
    [InlineData(400), InlineData(403), InlineData(404), InlineData(405), InlineData(413), InlineData(415), InlineData(422)]
    public void A_refusal_counts_only_from_Evolink_itself(int status)
    {
        Assert.Equal(new SubmitVerdict(SubmitOutcome.Rejected), Classify(status, envelope: true));
        Assert.Equal(SubmitOutcome.Unknown, Classify(status).Outcome);
    }

    [Theory]
    [InlineData(429, false), InlineData(401, true), InlineData(402, true)]
    public void Rate_key_and_balance_are_for_later(int status, bool needsAttention)
    {
        Assert.Equal(new SubmitVerdict(SubmitOutcome.Throttled, needsAttention), Classify(status, envelope: true));
        Assert.Equal(new SubmitVerdict(SubmitOutcome.Throttled, needsAttention), Classify(status));
        Assert.Equal(new SubmitVerdict(SubmitOutcome.Throttled, needsAttention), Classify(status, edgePage: true));
    }

    [Fact]
    public void A_page_of_the_edge_under_403_was_never_seen_by_Evolink_and_alerts()
    {
        Assert.Equal(new SubmitVerdict(SubmitOutcome.NotSent, NeedsAttention: true), Classify(403, edgePage: true));
        Assert.Equal(SubmitOutcome.Unknown, Classify(400, edgePage: true).Outcome);
        Assert.Equal(SubmitOutcome.Unknown, Classify(502, edgePage: true).Outcome);
    }

    [Theory]
    [InlineData("idempotency_conflict"), InlineData("paid_outcome_unknown")]
    public void Codes_about_an_earlier_paid_call_leave_it_unknown_under_any_status(string code)
    {
        foreach (var status in new[] { 200, 400, 402, 409, 422, 429, 500 })
        {
            Assert.Equal(SubmitOutcome.Unknown, Classify(status, envelope: true, code: code).Outcome);
        }
    }

    [Theory]
    [InlineData("insufficient_quota", UnpaidReason.Balance), InlineData("insufficient_user_quota", UnpaidReason.Balance)]
    [InlineData("quota_not_enough", UnpaidReason.Balance), InlineData("account_balance_insufficient", UnpaidReason.Balance)]
    [InlineData("insufficient_token_quota", UnpaidReason.KeyQuota), InlineData("key_quota_exhausted", UnpaidReason.KeyQuota)]
    [InlineData("token_daily_quota_exceeded", UnpaidReason.KeyDailyQuota), InlineData("key_daily_quota_exhausted", UnpaidReason.KeyDailyQuota)]
    [InlineData("key_disabled", UnpaidReason.KeyRefused), InlineData("key_expired", UnpaidReason.KeyRefused), InlineData("user_disabled", UnpaidReason.KeyRefused)]
    [InlineData("key_model_not_allowed", UnpaidReason.ModelNotAllowed)]
    public void Codes_of_the_gateway_cost_nothing_under_any_status(string code, UnpaidReason reason)
    {
        Assert.Equal(reason, UnpaidCodes.Of(code));
        SubmitOutcome expected = reason == UnpaidReason.ModelNotAllowed ? SubmitOutcome.Rejected : SubmitOutcome.Throttled;
        foreach (int status in new[] { 200, 400, 402, 403, 409, 429, 500, 503 })
        {
            Assert.Equal(new SubmitVerdict(expected, NeedsAttention: true), Classify(status, envelope: true, code: code));
            Assert.NotEqual(expected, Classify(200, taskId: "task-1", envelope: true, code: code).Outcome);
        }
    }

    [Theory]
    [InlineData("internal_error"), InlineData("no_available_channel"), InlineData("")]
    public void Other_codes_prove_nothing(string code) => Assert.Equal(SubmitOutcome.Unknown, Classify(503, envelope: true, code: code).Outcome);

    [Fact]
    public void Everything_else_is_unknown()
    {
        int[] listed = [400, 401, 402, 403, 404, 405, 413, 415, 422, 429];
        foreach (var status in Enumerable.Range(100, 500).Except(listed).Where(status => status is < 200 or > 299))
        {
            Assert.Equal(new SubmitVerdict(SubmitOutcome.Unknown), Classify(status, taskId: "task-1", envelope: true, code: "internal_error"));
        }
    }

    private static SubmitVerdict Classify(int status, string? taskId = null, bool envelope = false, bool edgePage = false, string? code = null) =>
        SubmitOutcomes.Classify(new SubmitAnswer
        {
            BodyStarted = true,
            StatusCode = status,
            TaskId = taskId,
            HasEnvelope = envelope,
            ErrorCode = code,
            IsEdgePage = edgePage,
        });
}
