namespace FunctionsHost;

/// <summary>The app cannot be run, by a fault that its developer can mend; the message says which.</summary>
public sealed class FunctionAppException : Exception
{
    /// <summary>Says what is wrong.</summary>
    public FunctionAppException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, and what it comes from.</summary>
    public FunctionAppException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
