namespace Evolink.LocalHost.Chaos;

/// <summary>What is killed.</summary>
internal enum Victim
{
    /// <summary>The Functions host, with Durable and the triggers. Its worker goes on until the next host ends it, as it does in Azure.</summary>
    Host,

    /// <summary>The worker: the app's own code. The host lives, and starts another one.</summary>
    Worker,

    /// <summary>Both at once, as when a machine dies.</summary>
    Both,
}

/// <summary>One kill, and when it comes.</summary>
/// <param name="Victim">What is killed.</param>
/// <param name="At">At this point; <see langword="null"/>: when the time is over.</param>
/// <param name="Occurrence">At the n-th time that the app reaches the point.</param>
/// <param name="After">The time; with a crash point, that in which it must be reached.</param>
/// <param name="WhileStarting">Whether the time runs from the start of what is killed, instead of from the moment when it answers.</param>
internal sealed record Death(Victim Victim, CrashPoint? At, int Occurrence, TimeSpan After, bool WhileStarting)
{
    /// <summary>Below this there is not one kill for each crash point.</summary>
    public static readonly int Fewest = Points.Length;

    private static readonly TimeSpan CrashPatience = TimeSpan.FromSeconds(30);

    private static CrashPoint[] Points => Enum.GetValues<CrashPoint>();

    // What a dead host held stands still for a minute, so that more would make a campaign longer, and show nothing new.
    private static Victim[] Victims { get; } = [Victim.Host, Victim.Both, Victim.Worker, Victim.Worker];

    /// <summary>Draws all kills. With few of them every one is at a crash point; with more, every second one.</summary>
    /// <param name="seed">Same seed, same kills.</param>
    /// <param name="kills">How many.</param>
    /// <param name="generations">How many generations the campaign has, which bounds how often a point can be waited for.</param>
    public static IReadOnlyList<Death> Draw(int seed, int kills, int generations)
    {
#pragma warning disable CA5394 // Not for security: the point is that the draw can be repeated.
        var random = new Random(seed);
        int every = kills < 2 * Fewest ? 1 : 2;
        // Another seed begins with another victim, and each round of the points is one victim on: all pairs come.
        int first = (int)((uint)seed % Victims.Length);
        int most = Math.Clamp(generations / (kills + 1) / 2, 1, 10);
        var deaths = new Death[kills];
        for (int i = 0; i < kills; i++)
        {
            int turn = i / every;
            int occurrence = random.Next(1, most + 1);
            Victim victim = Victims[random.Next(Victims.Length)];
            bool starting = random.Next(5) == 0;
            double seconds = starting ? 0.1 + (0.9 * random.NextDouble()) : 0.5 + (3.5 * random.NextDouble());
            deaths[i] = i % every == 0
                ? new Death(Victims[(first + turn + (turn / Points.Length)) % Victims.Length], Points[turn % Points.Length], occurrence, CrashPatience, WhileStarting: false)
                : new Death(victim, null, 0, TimeSpan.FromSeconds(seconds), starting);
        }
#pragma warning restore CA5394

        return deaths;
    }
}

/// <summary>A kill that has happened.</summary>
/// <param name="Victim">What was killed.</param>
/// <param name="At">When.</param>
internal sealed record Kill(Victim Victim, DateTimeOffset At);
