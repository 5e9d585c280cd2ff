using System.Net.Http.Headers;

namespace Evolink.Testing.Hosting;

/// <summary>A client of a <see cref="TestApp"/> that one test has for itself.</summary>
public sealed class Guest : HttpClient
{
    internal Guest(Uri app, int number)
        : base(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        (Name, Key) = (NameOf(number), KeyOf(number));
        BaseAddress = app;
        DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
    }

    /// <summary>The client's name.</summary>
    public string Name { get; }

    /// <summary>Its key.</summary>
    public string Key { get; }

    internal static string NameOf(int number) => $"guest{number}";

    internal static string KeyOf(int number) => $"key-of-guest-{number:D4}";
}
