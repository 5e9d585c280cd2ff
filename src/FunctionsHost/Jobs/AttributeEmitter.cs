using System.Reflection.Emit;
using System.Reflection;

namespace FunctionsHost.Jobs;

/// <summary>Writes an attribute that exists as an object into emitted code.</summary>
internal static class AttributeEmitter
{
    /// <summary>By the constructor that takes most of its values, and by settable properties for the rest.</summary>
    public static CustomAttributeBuilder Copy(Attribute attribute)
    {
        Dictionary<string, object> values = attribute.GetType()
            .GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(property => property.GetIndexParameters().Length == 0)
            .Select(property => (property.Name, Value: property.GetValue(attribute)))
            .Where(property => property.Value is not null)
            .ToDictionary(property => property.Name, property => property.Value!, StringComparer.OrdinalIgnoreCase);

        ConstructorInfo constructor = attribute.GetType().GetConstructors()
            .Where(candidate => candidate.GetParameters().All(parameter => Fits(parameter, values)))
            .OrderByDescending(candidate => candidate.GetParameters().Length)
            .FirstOrDefault() ?? throw new InvalidOperationException($"No constructor of {attribute.GetType()} fits its values.");
        string[] taken = [.. constructor.GetParameters().Select(parameter => parameter.Name!)];
        PropertyInfo[] rest = [.. attribute.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(property => property.SetMethod?.IsPublic == true && IsEmittable(property.PropertyType)
                && values.ContainsKey(property.Name) && !taken.Contains(property.Name, StringComparer.OrdinalIgnoreCase))];
        return new CustomAttributeBuilder(
            constructor, [.. taken.Select(name => values[name])], rest, [.. rest.Select(property => values[property.Name])]);
    }

    private static bool Fits(ParameterInfo parameter, Dictionary<string, object> values) =>
        IsEmittable(parameter.ParameterType) && values.TryGetValue(parameter.Name!, out object? value) && parameter.ParameterType.IsInstanceOfType(value);

    // What metadata can hold: no TimeSpan, no Nullable. What such a property says is lost, as in the real host.
    private static bool IsEmittable(Type type) =>
        type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(Type) || (type.IsArray && IsEmittable(type.GetElementType()!));
}
