using System.Reflection;

namespace Evolink.LocalHost.Invocations;

/// <summary>Awaits what a function's method returns, whatever shape it has.</summary>
internal static class ReturnValue
{
    private const BindingFlags Own = BindingFlags.NonPublic | BindingFlags.Static;

    /// <summary>The reader for a method's declared return type: made once, it costs no reflection per call.</summary>
    public static Func<object?, Task<object?>> ReaderFor(Type declared)
    {
        if (declared == typeof(Task))
            return OfTask;
        if (declared == typeof(ValueTask))
            return static value => OfTask(((ValueTask)value!).AsTask());
        if (declared.IsGenericType && declared.GetGenericTypeDefinition() is { } open && (open == typeof(Task<>) || open == typeof(ValueTask<>)))
        {
            string reader = open == typeof(Task<>) ? nameof(OfTaskWithResult) : nameof(OfValueTaskWithResult);
            return typeof(ReturnValue).GetMethod(reader, Own)!.MakeGenericMethod(declared.GenericTypeArguments).CreateDelegate<Func<object?, Task<object?>>>();
        }

        return Task.FromResult;
    }

    private static async Task<object?> OfTask(object? value)
    {
        await (Task)value!;
        return null;
    }

    private static async Task<object?> OfTaskWithResult<T>(object? value) => await (Task<T>)value!;

    private static async Task<object?> OfValueTaskWithResult<T>(object? value) => await (ValueTask<T>)value!;
}
