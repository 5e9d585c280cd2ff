using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace RegistryGaps.Tests;

/// <summary>Writes the public and protected surface of an assembly as text, one line for each type and member, with nullability.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Describe(Assembly assembly) =>
        assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal).SelectMany(Describe);

    private static IEnumerable<string> Describe(Type type)
    {
        string name = $"{type.Namespace}.{NameOf(type)}";
        yield return $"{name}: {Kind(type)}";
        if (type.IsEnum || typeof(Delegate).IsAssignableFrom(type))
            yield break;
        IEnumerable<string> members = type.GetConstructors(Declared).Where(IsVisible).Select(Constructor)
            .Concat(type.GetProperties(Declared).Where(IsListed).Select(Property))
            .Concat(type.GetMethods(Declared).Where(IsListed).Select(Method));
        foreach (string member in members.Order(StringComparer.Ordinal))
            yield return $"{name}: {member}";
    }

    private static string Kind(Type type)
    {
        if (type.IsEnum)
            return "enum " + string.Join(", ", Enum.GetNames(type).Select(value => $"{value}={Convert.ToInt32(Enum.Parse(type, value), CultureInfo.InvariantCulture)}"));
        if (typeof(Delegate).IsAssignableFrom(type))
            return $"delegate {Method(type.GetMethod("Invoke")!).Replace("public virtual ", "", StringComparison.Ordinal)}";
        string usage = type.GetCustomAttribute<AttributeUsageAttribute>(inherit: false) is { } attribute
            ? $"[AttributeUsage({(int)attribute.ValidOn})] "
            : "";
        string kind = type switch
        {
            { IsInterface: true } => "interface",
            { IsValueType: true } => "struct",
            _ when type.GetMethod("<Clone>$") is not null => "record",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        string[] bases = type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? [NameOf(parent)] : [];
        return usage + kind + (bases.Length == 0 ? "" : " : " + bases[0]);
    }

    private static string Constructor(ConstructorInfo constructor) =>
        $"{Access(constructor)} {NameOf(constructor.DeclaringType!).Split('<')[0]}({Parameters(constructor)})";

    private static string Property(PropertyInfo property)
    {
        MethodInfo? getter = IsVisible(property.GetMethod) ? property.GetMethod : null;
        MethodInfo? setter = IsVisible(property.SetMethod) ? property.SetMethod : null;
        bool isInit = setter?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        string accessors = (getter is null ? "" : " get;") + (setter is null ? "" : isInit ? " init;" : " set;");
        NullabilityInfo nullability = new NullabilityInfoContext().Create(property);
        return $"{Modifiers((getter ?? setter)!)} {NameOf(nullability, getter is null)} {property.Name} {{{accessors} }}";
    }

    private static string Method(MethodInfo method)
    {
        string generics = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(NameOf))}>" : "";
        NullabilityInfo result = new NullabilityInfoContext().Create(method.ReturnParameter);
        return $"{Modifiers(method)} {NameOf(result, write: false)} {method.Name}{generics}({Parameters(method)})";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select((parameter, index) =>
    {
        string prefix = index == 0 && method.IsDefined(typeof(ExtensionAttribute)) ? "this "
            : parameter.IsOut ? "out "
            : parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params "
            : "";
        string suffix = parameter.HasDefaultValue ? $" = {Default(parameter)}" : "";
        return $"{prefix}{NameOf(new NullabilityInfoContext().Create(parameter), write: false)} {parameter.Name}{suffix}";
    }));

    private static string Default(ParameterInfo parameter) => parameter.DefaultValue switch
    {
        null => parameter.ParameterType.IsValueType ? "default" : "null",
        bool value => value ? "true" : "false",
        var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static bool IsVisible(MethodBase? method) => method is { IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true };

    private static bool IsListed(PropertyInfo property) =>
        property.Name is not "EqualityContract" && (IsVisible(property.GetMethod) || IsVisible(property.SetMethod));

    /// <summary>Not what the compiler writes (operators apart from conversions, equality, printing of records).</summary>
    private static bool IsListed(MethodInfo method) =>
        IsVisible(method)
        && (!method.IsSpecialName || method.Name is "op_Implicit")
        && method.Name is not ("Equals" or "GetHashCode" or "ToString" or "PrintMembers" or "<Clone>$");

    private static string Access(MethodBase method) => method.IsPublic ? "public" : "protected";

    private static string Modifiers(MethodInfo method) => Access(method) + (method switch
    {
        { DeclaringType.IsInterface: true } => "",
        { IsStatic: true } => " static",
        { IsAbstract: true } => " abstract",
        { IsVirtual: true, IsFinal: false } => method.GetBaseDefinition() == method ? " virtual" : " override",
        _ => "",
    });

    private static string NameOf(NullabilityInfo info, bool write)
    {
        Type type = info.Type.IsByRef ? info.Type.GetElementType()! : info.Type;
        if (Nullable.GetUnderlyingType(type) is { } value)
            return NameOf(value) + "?";
        string name = type switch
        {
            { IsArray: true } => NameOf(info.ElementType!, write) + "[]",
            { IsGenericType: true } => $"{type.Name.Split('`')[0]}<{string.Join(", ", info.GenericTypeArguments.Select(argument => NameOf(argument, write)))}>",
            _ => NameOf(type),
        };
        return (write ? info.WriteState : info.ReadState) is NullabilityState.Nullable && !type.IsValueType ? name + "?" : name;
    }

    private static string NameOf(Type type) => type switch
    {
        _ when type == typeof(void) => "void",
        _ when type == typeof(string) => "string",
        _ when type == typeof(object) => "object",
        _ when type == typeof(bool) => "bool",
        _ when type == typeof(int) => "int",
        _ when type == typeof(double) => "double",
        { IsGenericType: true } => $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>",
        _ => type.Name,
    };
}
