using System.Reflection.Emit;
using System.Reflection;
using System.Runtime.Loader;
using Binder = Microsoft.Azure.WebJobs.Binder;
using ExecutionContext = Microsoft.Azure.WebJobs.ExecutionContext;

namespace FunctionsHost.Jobs;

/// <summary>Runs a function: its name, the trigger's value, the binder for other bindings, the invocation, and what cancels it.</summary>
internal delegate Task<object?> RunFunction(string name, object? trigger, Binder binder, ExecutionContext context, CancellationToken cancellationToken);

/// <summary>
/// Makes the class that the WebJobs SDK indexes: one method for each function, with the extensions' attributes on its trigger. It is called
/// <c>Host.Functions</c> as in the real host, since locks, blob receipts and timer states bear that name.
/// </summary>
internal static class FunctionsType
{
    public const string TypeName = "Host.Functions";

    // What an emitted constructor can take; the delegate of this assembly is none of it.
    private static readonly Type Target = typeof(Func<string, object?, Binder, ExecutionContext, CancellationToken, Task<object?>>);

    /// <summary>Makes the class, in the load context where the attributes' types are found.</summary>
    public static Type Emit(IReadOnlyList<AppFunction> functions, AssemblyLoadContext context)
    {
        using AssemblyLoadContext.ContextualReflectionScope scope = context.EnterContextualReflection();
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Host"), AssemblyBuilderAccess.Run);
        TypeBuilder type = assembly.DefineDynamicModule("Host").DefineType(TypeName, TypeAttributes.Public);
        FieldBuilder target = type.DefineField("_run", Target, FieldAttributes.Private | FieldAttributes.InitOnly);
        EmitConstructor(type, target);
        foreach (AppFunction function in functions)
            EmitFunction(type, target, function);
        return type.CreateType();
    }

    /// <summary>An object of the class that hands every call on.</summary>
    public static object Create(Type type, RunFunction run) => Activator.CreateInstance(type, Delegate.CreateDelegate(Target, run.Target, run.Method))!;

    private static void EmitConstructor(TypeBuilder type, FieldBuilder target)
    {
        ILGenerator il = type.DefineConstructor(MethodAttributes.Public, CallingConventions.HasThis, [Target]).GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(object).GetConstructor(Type.EmptyTypes)!);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Stfld, target);
        il.Emit(OpCodes.Ret);
    }

    private static void EmitFunction(TypeBuilder type, FieldBuilder target, AppFunction function)
    {
        bool takesResult = function.Trigger.TriggerTakesResult;
        MethodBuilder method = type.DefineMethod(
            function.Name,
            MethodAttributes.Public,
            takesResult ? typeof(Task<object>) : typeof(Task),
            [function.Trigger.ValueType, typeof(Binder), typeof(ExecutionContext), typeof(CancellationToken)]);
        CustomAttributeBuilder trigger = AttributeEmitter.Copy(function.Trigger.Attribute!);
        method.DefineParameter(1, ParameterAttributes.None, function.Trigger.Name).SetCustomAttribute(trigger);
        method.DefineParameter(2, ParameterAttributes.None, "_binder");
        method.DefineParameter(3, ParameterAttributes.None, "_context");
        method.DefineParameter(4, ParameterAttributes.None, "_cancellationToken");
        if (takesResult)
            method.DefineParameter(0, ParameterAttributes.Retval, null).SetCustomAttribute(trigger);
        if (function.Http is not null)
            method.SetCustomAttribute(AttributeEmitter.Copy(new NoAutomaticTriggerAttribute()));
        if (RetryOf(function.Retry) is { } retry)
            method.SetCustomAttribute(AttributeEmitter.Copy(retry));

        ILGenerator il = method.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, target);
        il.Emit(OpCodes.Ldstr, function.Name);
        il.Emit(OpCodes.Ldarg_1);
        if (function.Trigger.ValueType.IsValueType)
            il.Emit(OpCodes.Box, function.Trigger.ValueType);
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Ldarg_3);
        il.Emit(OpCodes.Ldarg, 4);
        il.Emit(OpCodes.Callvirt, Target.GetMethod("Invoke")!);
        il.Emit(OpCodes.Ret);
    }

    private static RetryAttribute? RetryOf(RpcRetryOptions? retry) => retry switch
    {
        null => null,
        { RetryStrategy: RpcRetryOptions.Types.RetryStrategy.FixedDelay } =>
            new FixedDelayRetryAttribute(retry.MaxRetryCount, retry.DelayInterval.ToTimeSpan().ToString()),
        _ => new ExponentialBackoffRetryAttribute(
            retry.MaxRetryCount, retry.MinimumInterval.ToTimeSpan().ToString(), retry.MaximumInterval.ToTimeSpan().ToString()),
    };
}
