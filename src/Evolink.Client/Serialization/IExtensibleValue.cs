namespace Evolink.Client;

/// <summary>A value of a set that may grow: the known ones have names, and whatever else is sent is kept as it came.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IExtensibleValue<TSelf>
    where TSelf : struct, IExtensibleValue<TSelf>
{
    /// <summary>The value on the wire; <see langword="null"/> where nothing was said.</summary>
    string? Value { get; }

    /// <summary>The value of a text on the wire, known or not.</summary>
    static abstract TSelf Of(string? value);
}
