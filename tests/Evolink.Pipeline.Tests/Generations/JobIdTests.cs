using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Tests.Generations;

public sealed class JobIdTests
{
    [Fact]
    public void The_same_source_client_and_key_always_meet_the_same_job() =>
        Assert.Equal(JobId.From("http", "alice", "order-1"), JobId.From("http", "alice", "order-1"));

    [Theory]
    [InlineData("queue", "alice", "order-1")]
    [InlineData("http", "bob", "order-1")]
    [InlineData("http", "alice", "order-2")]
    public void Another_source_client_or_key_is_another_job(string source, string client, string key) =>
        Assert.NotEqual(JobId.From("http", "alice", "order-1"), JobId.From(source, client, key));

    [Fact]
    public void An_id_has_a_prefix_and_26_characters_that_are_safe_in_links_and_blob_names()
    {
        Assert.Matches("^gen-[a-z2-7]{26}$", JobId.New().Value);
        Assert.Matches("^gen-[a-z2-7]{26}$", JobId.From("http", "alice", new string('x', 255)).Value);
    }

    [Fact]
    public void New_ids_differ() => Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => JobId.New()).Distinct().Count());

    [Fact]
    public void An_id_reads_back_as_itself()
    {
        JobId id = JobId.New();
        Assert.True(JobId.TryParse(id.Value, out JobId read));
        Assert.Equal(id, read);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("gen-")]
    [InlineData("gen-abcdefghijklmnopqrstuvwxy")]
    [InlineData("gen-abcdefghijklmnopqrstuvwxyz2")]
    [InlineData("gen-abcdefghijklmnopqrstuvwxy1")]
    [InlineData("gen-ABCDEFGHIJKLMNOPQRSTUVWXYZ")]
    [InlineData("gen-../../../../../../../etc/p")]
    [InlineData("xxx-abcdefghijklmnopqrstuvwxyz")]
    public void Anything_else_is_no_id(string? text) => Assert.False(JobId.TryParse(text, out _));
}
