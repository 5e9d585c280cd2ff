namespace Evolink.Pipeline;

/// <summary>How this app names itself to others.</summary>
public static class ProductInfo
{
    /// <summary>Name and version: <c>Evolink.Functions/1.2.3</c>.</summary>
    public static string UserAgent { get; } = $"Evolink.Functions/{typeof(ProductInfo).Assembly.GetName().Version?.ToString(3) ?? "0.0.0"}";
}
