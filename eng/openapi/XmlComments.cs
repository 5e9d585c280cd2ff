using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Evolink.Client;
using Evolink.Functions;
using Evolink.Pipeline;

namespace Evolink.OpenApi;

/// <summary>The code's own comments, from the XML files that the compiler writes beside the assemblies.</summary>
internal sealed partial class XmlComments
{
    private readonly Dictionary<string, XElement> _members = new[] { typeof(EvolinkClient), typeof(EvolinkPipeline), typeof(EvolinkFunctions) }
        .SelectMany(type => XDocument.Load(Path.ChangeExtension(type.Assembly.Location, ".xml")).Descendants("member"))
        // What generators write has the same name in every assembly.
        .DistinctBy(member => member.Attribute("name")!.Value)
        .ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal);

    /// <summary>Words about a type.</summary>
    public string? Of(Type type) => Text(_members.GetValueOrDefault($"T:{Name(type)}")?.Element("summary"));

    /// <summary>Words about a property, or about the parameter that made it.</summary>
    public string? Of(MemberInfo property)
    {
        Type type = property.DeclaringType!;
        return Text(_members.GetValueOrDefault($"P:{Name(type)}.{property.Name}")?.Element("summary"))
            ?? Text(_members.GetValueOrDefault($"T:{Name(type)}")?.Elements("param").FirstOrDefault(param => param.Attribute("name")?.Value == property.Name));
    }

    private static string Name(Type type) => type.FullName!.Replace('+', '.');

    private static string? Text(XElement? element) => element is null ? null : Blanks().Replace(string.Concat(element.Nodes().Select(Text)), " ").Trim();

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement see when see.Attribute("langword") is { } word => $"`{word.Value}`",
        // A property is named as it stands in the JSON.
        XElement see when see.Attribute("cref") is { } reference => $"`{JsonNamingPolicy.SnakeCaseLower.ConvertName(reference.Value[(reference.Value.LastIndexOf('.') + 1)..])}`",
        XElement other => string.Concat(other.Nodes().Select(Text)),
        _ => "",
    };

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blanks();
}
