using Evolink.Pipeline.Options;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Tests.Options;

public sealed class EvolinkOptionsTests
{
    private static EvolinkOptions Good() => new()
    {
        ApiKey = "key",
        Storage = { AccountName = "account" },
        ClientKeys = { ["alice"] = new(StringComparer.Ordinal) { ["0"] = "a-secret-of-16-or-more" } },
    };

    private static string[] Failures(Action<EvolinkOptions> change, string environment = "Production")
    {
        EvolinkOptions options = Good();
        change(options);
        ValidateOptionsResult result = new EvolinkOptionsValidator(new Environment(environment)).Validate(null, options);
        return [.. result.Failures ?? []];
    }

    [Fact]
    public void Good_options_pass() => Assert.Empty(Failures(_ => { }));

    [Theory]
    [InlineData("Production")]
    [InlineData("Staging")]
    public void Only_development_may_allow_loopback(string environment) =>
        Assert.Contains("Evolink:AllowLoopback", Assert.Single(Failures(options => options.AllowLoopback = true, environment)), StringComparison.Ordinal);

    [Fact]
    public void Development_may_allow_loopback() => Assert.Empty(Failures(options => options.AllowLoopback = true, "Development"));

    public static TheoryData<string, Action<EvolinkOptions>> Wrong => new()
    {
        { "Evolink:BaseUrl", options => options.BaseUrl = new Uri("http://api.example.com") },
        { "Evolink:BaseUrl", options => options.BaseUrl = new Uri("https://api.example.com/path") },
        { "Evolink:PublicBaseUrl", options => options.PublicBaseUrl = new Uri("https://user:pw@example.com") },
        { "Evolink:ImageDelivery", options => options.ImageDelivery = ImageDelivery.Host },
        { "Evolink:Storage", options => options.Storage = new StorageOptions() },
        { "Evolink:Storage", options => options.Storage.ConnectionString = "UseDevelopmentStorage=true" },
        { "Evolink:ClientKeys:a-b", options => options.ClientKeys["a-b"] = [] },
        { "Evolink:ClientKeys:alice", options => options.ClientKeys["alice"]["1"] = "sha256:abc" },
        { "Evolink:ClientKeys:alice", options => options.ClientKeys["alice"]["1"] = "short" },
        { "Evolink:Callback:CurrentKey", options => options.Callback.CurrentKey = "k9" },
        { "Evolink:PublicBaseUrl", options => options.PublicBaseUrl = new Uri("https://10.0.0.1") },
        { "Evolink:Callback:Keys:k1", options => options.Callback.Keys["k1"] = "too-short-to-be-a-key" },
        { "Evolink:OperatorKeys:alice", options => options.OperatorKeys["alice"] = new(StringComparer.Ordinal) { ["0"] = "another-secret-of-16-or-more" } },
        { "Evolink:OperatorKeys:ops", options => options.OperatorKeys["ops"] = new(StringComparer.Ordinal) { ["0"] = "a-secret-of-16-or-more" } },
        { "Evolink:Events:TopicEndpoint", options => options.Events.TopicEndpoint = new Uri("http://topic.example.com/api/events") },
        { "Evolink:Events:TopicEndpoint", options => options.Events.TopicEndpoint = new Uri("http://127.0.0.1/api/events") },
        { "Evolink:Webhooks:Secrets:alice", options => options.Webhooks.Secrets["alice"] = new(StringComparer.Ordinal) { ["0"] = "whsec_dG9vLXNob3J0" } },
        { "Evolink:Webhooks:Secrets:a-b", options => options.Webhooks.Secrets["a-b"] = [] },
        { "Evolink:Storage", options => options.Storage = new StorageOptions { ConnectionString = "AccountName=acme;AccountKey=c2VjcmV0" } },
        { "Evolink:MaxVideoBytes", options => options.MaxVideoBytes = 0 },
        { "Evolink:MaxVideoBytes", options => options.MaxVideoBytes = 50_000L * options.CopyBlockBytes },
        { "Evolink:CopyBlocksInFlight", options => options.CopyBlocksInFlight = 1 },
        { "Evolink:SaveMemoryBudgetBytes", options => options.SaveMemoryBudgetBytes = options.CopyBlockBytes },
        { "Evolink:SubmitTimeout", options => options.SubmitTimeout = TimeSpan.FromHours(1) },
        { "Evolink:SubmitLeaseMargin", options => options.SubmitLeaseMargin = TimeSpan.Zero },
        { "Evolink:CallbackSettling", options => options.CallbackSettling = TimeSpan.FromSeconds(-1) },
        { "Evolink:DownloadIdleTimeout", options => options.DownloadIdleTimeout = TimeSpan.Zero },
        { "Evolink:PollBatchWindow", options => options.PollBatchWindow = TimeSpan.FromMinutes(2) },
        { "Evolink:MaxRegenerations", options => options.MaxRegenerations = -1 },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_value_is_named(string setting, Action<EvolinkOptions> change) =>
        Assert.StartsWith(setting, Assert.Single(Failures(change)), StringComparison.Ordinal);

    [Fact]
    public void A_missing_secret_stops_nothing_but_is_told()
    {
        EvolinkOptions options = Good();
        options.ApiKey = "@Microsoft.KeyVault(SecretUri=https://vault.example.com/secrets/key)";
        Assert.Equal(["Evolink:ApiKey"], EvolinkReadiness.Missing(options));
        options.PublicBaseUrl = new Uri("https://app.example.com");
        Assert.Equal(["Evolink:ApiKey", "Evolink:Callback:CurrentKey"], EvolinkReadiness.Missing(options));
    }

    private sealed class Environment(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;

        public string ApplicationName { get; set; } = "tests";

        public string ContentRootPath { get; set; } = string.Empty;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
