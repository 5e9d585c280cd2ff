using System.Collections;
using Azure.Core.Serialization;

namespace Microsoft.Azure.Functions.Worker.Converters
{
    [AttributeUsage(
        AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Interface | AttributeTargets.Parameter)]
    public class InputConverterAttribute : Attribute
    {
        public InputConverterAttribute(Type converterType) => ConverterType = converterType;

        public Type ConverterType { get; }
    }
}

namespace Microsoft.Azure.Functions.Worker
{
    public class WorkerOptions
    {
        public ObjectSerializer? Serializer { get; set; }

        public InputConverterCollection InputConverters { get; } = new();

        public IDictionary<string, string> Capabilities { get; } = new Dictionary<string, string>();

        [Obsolete("This is now the default behaviour. This property may be unavailable in future releases.", false)]
        public bool EnableUserCodeException { get; set; } = true;

        public bool IncludeEmptyEntriesInMessagePayload { get; set; } = true;
    }

    public class InputConverterCollection : IEnumerable<Type>
    {
        private readonly List<Type> _types = [];

        public IEnumerator<Type> GetEnumerator() => _types.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
