namespace Evolink.LocalHost.Chaos;

/// <summary>How long the host may live once, and what ends it.</summary>
/// <param name="CrashAt">It ends itself at this point; <see langword="null"/>: it is killed from outside when the time is over.</param>
/// <param name="Occurrence">At the n-th time that it reaches the point.</param>
/// <param name="Lasts">Its time; with a crash point, the time in which that must be reached.</param>
/// <param name="WhileStarting">Whether its time runs from its start instead of from the moment when it answers.</param>
internal sealed record Life(CrashPoint? CrashAt, int Occurrence, TimeSpan Lasts, bool WhileStarting)
{
    /// <summary>Below this there is not one kill for each crash point.</summary>
    public static readonly int FewestKills = Points.Length;

    private static readonly TimeSpan CrashPatience = TimeSpan.FromSeconds(30);

    private static CrashPoint[] Points => Enum.GetValues<CrashPoint>();

    /// <summary>Draws all lives that end before their time. With few kills every one is a crash point; with more, every second one.</summary>
    /// <param name="seed">Same seed, same lives.</param>
    /// <param name="kills">How many.</param>
    /// <param name="generations">How many generations the campaign has, which bounds how often a point can be waited for.</param>
    public static IReadOnlyList<Life> Draw(int seed, int kills, int generations)
    {
#pragma warning disable CA5394 // Not for security: the point is that the draw can be repeated.
        var random = new Random(seed);
        int every = kills < 2 * FewestKills ? 1 : 2;
        int most = Math.Clamp(generations / (kills + 1) / 2, 1, 10);
        var lives = new Life[kills];
        for (int i = 0; i < kills; i++)
        {
            int occurrence = random.Next(1, most + 1);
            bool starting = random.Next(5) == 0;
            double seconds = starting ? 0.1 + (0.9 * random.NextDouble()) : 0.5 + (3.5 * random.NextDouble());
            lives[i] = i % every == 0
                ? new Life(Points[i / every % Points.Length], occurrence, CrashPatience, WhileStarting: false)
                : new Life(null, 0, TimeSpan.FromSeconds(seconds), starting);
        }
#pragma warning restore CA5394

        return lives;
    }
}
