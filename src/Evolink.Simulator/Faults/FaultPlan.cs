using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Evolink.Simulator;

/// <summary>The faults of a whole run: none, scripted ones, or drawn from a seed.</summary>
/// <remarks>
/// A seeded plan knows neither clock nor order: the same seed gives the same faults to the same submit, however the submits of a run
/// fall between each other. A submit is known by its idempotency key (and how often that key came before), without a key by its number.
/// </remarks>
public sealed record FaultPlan
{
    /// <summary>Nothing goes wrong.</summary>
    public static FaultPlan None { get; } = new();

    /// <summary>The seed of the drawing; without meaning where <see cref="Rates"/> are absent.</summary>
    public long Seed { get; init; }

    /// <summary>How often something is drawn; <see langword="null"/>: nothing is.</summary>
    public FaultRates? Rates { get; init; }

    /// <summary>Scripts in force from the start. They come before what is drawn.</summary>
    public IReadOnlyList<FaultOrder> Orders { get; init; } = [];

    /// <summary>Callbacks that were not delivered when the simulator went down are lost, as with a provider that keeps them in memory.</summary>
    public bool LoseCallbacksOnRestart { get; init; }

    /// <summary>A plan that draws its faults from a seed.</summary>
    /// <param name="seed">Same seed, same faults.</param>
    /// <param name="rates">How often something goes wrong.</param>
    public static FaultPlan Seeded(long seed, FaultRates rates) => new() { Seed = seed, Rates = rates };

    /// <summary>The faults drawn for one submit.</summary>
    /// <param name="submit">Number of the submit, from 1.</param>
    /// <param name="idempotencyKey">Its idempotency key, if it has one.</param>
    /// <param name="occurrence">How often this key came before.</param>
    public FaultScript Draw(long submit, string? idempotencyKey = null, int occurrence = 0)
    {
        if (Rates is null)
            return FaultScript.None;
        string identity = idempotencyKey is null ? $"{Seed}|submit|{submit}" : $"{Seed}|key|{idempotencyKey}|{occurrence}";
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(identity), hash);
#pragma warning disable CA5394 // Not for security: the point is that the draw can be repeated.
        var random = new Random(BinaryPrimitives.ReadInt32LittleEndian(hash));
#pragma warning restore CA5394

        // Always four draws, so that one rate does not move the faults of another.
        SubmitFault? submitFault = Draw(random, Rates.Submit, FaultMenu.Submit);
        CallbackFault? callbackFault = Draw(random, Rates.Callback, FaultMenu.Callback);
        ReadFault? readFault = Draw(random, Rates.Read, FaultMenu.Read);
        ResultFault? resultFault = Draw(random, Rates.Result, FaultMenu.Result);
        return new FaultScript
        {
            Submit = submitFault,
            Callbacks = callbackFault is null ? [] : [callbackFault],
            Reads = readFault is null ? [] : [readFault],
            Results = resultFault is null ? [] : [resultFault],
        };
    }

    private T? Draw<T>(Random random, double rate, IReadOnlyList<T> menu)
        where T : class
    {
#pragma warning disable CA5394
        double chance = random.NextDouble();
        T fault = menu[random.Next(menu.Count)];
#pragma warning restore CA5394
        return chance < rate && !Rates!.Without.Contains(FaultMenu.KindOf(fault), StringComparer.Ordinal) ? fault : null;
    }
}
