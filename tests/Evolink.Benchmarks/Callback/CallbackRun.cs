using Evolink.Benchmarks.Servers;

namespace Evolink.Benchmarks.Callback;

/// <summary>The callback endpoint under load, taking turns with the bare ones.</summary>
internal sealed class CallbackRun(string storageName, int connections, TimeSpan length, int rounds)
{
    private const int Jobs = 200;
    private const int VideoBytes = 64 * 1024;
    private const string Body = """{"created":1767225600,"id":"task-unified-1767225600-00000000","model":"wan2.6-image-to-video","object":"video.generation.task","progress":100,"status":"completed","type":"video"}""";

    private readonly Dictionary<string, List<LoadResult>> _samples = new(StringComparer.Ordinal);

    public async Task<IReadOnlyList<CallbackResult>> RunAsync()
    {
        using Scratch scratch = new();
        await using StorageServer storage = await StorageServer.StartAsync(storageName);
        await using LoopbackProvider provider = new(VideoBytes, taskTime: null);
        await using AppProcess bare = await AppProcess.StartAsync([BareHostCommand.Name]);
        await using AppProcess app = await AppProcess.StartAsync(new AppOrder(scratch.Journal, provider.Url, storage.ConnectionString), tellEnds: true);
        ProviderTask[] finished = await SubmitAsync(app, provider, Jobs);
        foreach (ProviderTask task in finished)
            task.End();
        using (HttpLoad.Connection connection = await HttpLoad.Connection.OpenAsync(app.Url))
        {
            foreach (ProviderTask task in finished)
                await connection.SendAsync(LoopbackProvider.CallbackRequest(task, "completed"));
        }

        await Task.WhenAll(finished.Select(task => app.EndOf(task.Job)));
        ProviderTask[] waiting = [.. (await SubmitAsync(app, provider, 2 * Jobs)).Except(finished)];

        byte[][] wakes = [.. waiting.Select(task => LoopbackProvider.CallbackRequest(task, "processing"))];
        byte[][] late = [.. finished.Select(task => LoopbackProvider.CallbackRequest(task, "completed"))];
        byte[][] forged = [.. finished.Select(task => LoopbackProvider.CallbackRequest(Forged(task.Callback), Body))];
        byte[] plain = LoopbackProvider.CallbackRequest(new Uri(bare.Url, finished[0].Callback.PathAndQuery), Body);
        byte[] absent = LoopbackProvider.CallbackRequest(new Uri(bare.Url, "/absent"), Body);
        for (int round = -1; round < rounds; round++)
        {
            // The first is for the compiler.
            await MeasureAsync("bare: reads the body, 204", bare, _ => plain, 204, round);
            await MeasureAsync("forged, 404", app, n => forged[n % Jobs], 404, round);
            await MeasureAsync("bare: no such route, 404", bare, _ => absent, 404, round);
            await MeasureAsync("finished job, 204", app, n => late[n % Jobs], 204, round);
            await MeasureAsync("wakes a job, 204", app, n => wakes[n % Jobs], 204, round);
        }

        return Results();
    }

    private async Task MeasureAsync(string variant, AppProcess server, Func<int, byte[]> request, int status, int round)
    {
        (ProcessorTime begun, double cpu) = (ProcessorTime.Now(), server.CpuSeconds);
        LoadResult result = await new HttpLoad(server.Url, connections).RunAsync(request, status, length);
        cpu = server.CpuSeconds - cpu;
        double? stolen = ProcessorTime.StolenSince(begun);
        await Console.Error.WriteLineAsync($"{variant}: {result.PerSecond:0}/s, {stolen:0} % stolen");
        if (round < 0)
            return;
        if (!_samples.TryGetValue(variant, out List<LoadResult>? samples))
            _samples[variant] = samples = [];
        samples.Add(result with { CpuMicroseconds = cpu * 1e6 / result.Requests, StolenPercent = stolen });
    }

    private IReadOnlyList<CallbackResult> Results()
    {
        double bare = _samples.First().Value.Select(sample => sample.PerSecond).Median();
        return
        [
            .. _samples.Select(entry => new CallbackResult(
                entry.Key,
                entry.Value.Select(sample => sample.PerSecond).Median(),
                entry.Value.Select(sample => sample.PerSecond).Median() / bare,
                entry.Value.Select(sample => sample.CpuMicroseconds).Median(),
                entry.Value.Select(sample => sample.P50Ms).Median(),
                entry.Value.Select(sample => sample.P99Ms).Median(),
                entry.Value.Select(sample => sample.StolenPercent ?? double.NaN).Median())),
        ];
    }

    // Until the provider knows as many tasks, and the app has written that it does.
    private static async Task<ProviderTask[]> SubmitAsync(AppProcess app, LoopbackProvider provider, int upTo)
    {
        using GenerationClient client = new(app.Url);
        await Parallel.ForEachAsync(Enumerable.Range(0, upTo - provider.Submits), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, _) => await client.PostAsync(number));
        while (provider.Submits < upTo)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        return [.. provider.Tasks];
    }

    private static Uri Forged(Uri callback) => new(callback.AbsoluteUri[..^4] + "AAAA");
}
