using System.Diagnostics;
using EndToEnd.Tests.Support;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests.Mcp;

/// <summary>What large messages cost the worker.</summary>
public sealed class McpMemoryTests(Apps apps)
{
    private const int Message = 13 << 20;

    // The runtime keeps what it once had for as long as there is plenty; on an instance there is not.
    private static readonly Dictionary<string, string?> SmallInstance = new() { ["DOTNET_GCHeapHardLimit"] = "0x30000000" };

    [Fact]
    public async Task Large_messages_again_and_again_leave_the_memory_as_it_was()
    {
        await using TestApp app = await TestApp.StartAsync(apps.Azurite, new TestAppOptions { Simulator = Apps.Instant, Settings = SmallInstance });
        using Guest client = app.NewGuest();
        string body = Assistant.Call("upload_image", new { data = new string('A', Message) });
        await SendAsync(12);
        long before = WorkingSet();
        await SendAsync(30);
        long after = WorkingSet();
        TestContext.Current.TestOutputHelper?.WriteLine($"{before >> 20} MiB, then {after >> 20} MiB");
        Assert.True(after < before + (10 * Message), $"The worker held {before >> 20} MiB, and after 30 messages of 13 MB {after >> 20} MiB.");

        Task SendAsync(int messages) => Parallel.ForEachAsync(Enumerable.Range(0, messages), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (_, _) =>
        {
            using HttpResponseMessage response = await client.SendMcpAsync(body);
            Assert.True((await response.JsonAsync()).GetProperty("result").GetProperty("isError").GetBoolean());
        });

        long WorkingSet()
        {
            using Process worker = Process.GetProcessById(app.Host.WorkerProcessId);
            return worker.WorkingSet64;
        }
    }
}
