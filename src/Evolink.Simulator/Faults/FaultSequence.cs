namespace Evolink.Simulator;

/// <summary>Faults that are used up one after the other.</summary>
internal static class FaultSequence
{
    /// <summary>The fault that spoils the request with this index, from 0.</summary>
    public static ReadFault? At(this IEnumerable<ReadFault> faults, int index) => At(faults, fault => fault.Times, index);

    /// <inheritdoc cref="At(IEnumerable{ReadFault}, int)"/>
    public static ResultFault? At(this IEnumerable<ResultFault> faults, int index) => At(faults, fault => fault.Times, index);

    private static T? At<T>(IEnumerable<T> faults, Func<T, int?> timesOf, int index)
        where T : class
    {
        foreach (T fault in faults)
        {
            if (timesOf(fault) is not { } times || index < times)
                return fault;
            index -= times;
        }

        return null;
    }
}
