namespace Evolink.Simulator;

/// <summary>What a valid submit asks for, defaults filled in.</summary>
internal sealed record GenerationOrder(string Model, string Prompt, int Duration, string Quality, string? ImageUrl, string? CallbackUrl)
{
    /// <summary>How many videos it makes.</summary>
    public int Videos { get; init; } = 1;

    /// <summary>Whether it makes a picture of the last frame, too.</summary>
    public bool WithLastFrame { get; init; }

    /// <summary>The contract leaves open what a second costs; these make the numbers easy to read.</summary>
    public decimal Credits => Videos * Duration * (Quality == "1080p" ? 15m : 10m);
}
