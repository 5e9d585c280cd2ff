using System.Text.Json.Serialization;

namespace Evolink.Simulator;

/// <summary>What goes wrong with the callbacks of one task. Several may be given: each changes what is sent.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Never), "never")]
[JsonDerivedType(typeof(Duplicate), "duplicate")]
[JsonDerivedType(typeof(Late), "late")]
[JsonDerivedType(typeof(BeforeAnswer), "before_answer")]
[JsonDerivedType(typeof(ProcessingFirst), "processing_first")]
[JsonDerivedType(typeof(CompletedThenFailed), "completed_then_failed")]
[JsonDerivedType(typeof(Tampered), "tampered")]
[JsonDerivedType(typeof(Malformed), "malformed")]
[JsonDerivedType(typeof(OtherTask), "other_task")]
public abstract record CallbackFault
{
    private CallbackFault()
    {
    }

    /// <summary>The genuine callback is not sent.</summary>
    public sealed record Never : CallbackFault;

    /// <summary>The genuine callback is sent several times at once, each with its own retries.</summary>
    /// <param name="Copies">How many in all.</param>
    public sealed record Duplicate(int Copies) : CallbackFault;

    /// <summary>The genuine callback comes late.</summary>
    /// <param name="Seconds">How late.</param>
    public sealed record Late(double Seconds) : CallbackFault;

    /// <summary>The task is done at once, and its callback is delivered before the submit is answered.</summary>
    public sealed record BeforeAnswer : CallbackFault;

    /// <summary>Callbacks that say <c>processing</c> before the genuine one.</summary>
    /// <param name="Times">How many.</param>
    public sealed record ProcessingFirst(int Times = 1) : CallbackFault;

    /// <summary>A callback that says <c>failed</c> after the one that said <c>completed</c>.</summary>
    public sealed record CompletedThenFailed : CallbackFault;

    /// <summary>Before the genuine callback, one to an altered URL.</summary>
    /// <param name="Part">What is altered.</param>
    /// <param name="Instead">Whether the genuine one is left out.</param>
    public sealed record Tampered(UrlPart Part = UrlPart.Signature, bool Instead = false) : CallbackFault;

    /// <summary>Before the genuine callback, one with a body that is not what was promised.</summary>
    /// <param name="Body">What the body is.</param>
    /// <param name="Bytes">Its size, where it is huge.</param>
    /// <param name="Instead">Whether the genuine one is left out.</param>
    public sealed record Malformed(MalformedBody Body, long Bytes = 100_000_000, bool Instead = false) : CallbackFault;

    /// <summary>Before the genuine callback, one whose body is about another task.</summary>
    /// <param name="TaskId">Whose; <see langword="null"/> for the task made before this one, or an id that nobody has.</param>
    /// <param name="Instead">Whether the genuine one is left out.</param>
    public sealed record OtherTask(string? TaskId = null, bool Instead = false) : CallbackFault;
}

/// <summary>The part of a callback URL that is altered.</summary>
public enum UrlPart
{
    /// <summary>The last character of the last query value: the signature, where the URL is signed.</summary>
    Signature,

    /// <summary>The last character of the path.</summary>
    Path,

    /// <summary>The whole query is left out.</summary>
    NoQuery,
}

/// <summary>Callback bodies that are not a task.</summary>
public enum MalformedBody
{
    /// <summary>No byte at all.</summary>
    Empty,

    /// <summary>A JSON string without end.</summary>
    Huge,

    /// <summary>The JSON of the task, cut in the middle.</summary>
    CutJson,

    /// <summary>Ten thousand arrays, one in the other.</summary>
    Deep,

    /// <summary>A number where a string belongs, and so on.</summary>
    WrongTypes,
}
