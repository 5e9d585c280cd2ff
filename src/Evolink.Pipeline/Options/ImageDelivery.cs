namespace Evolink.Pipeline.Options;

/// <summary>How an image that came through this app reaches Evolink.</summary>
public enum ImageDelivery
{
    /// <summary>Evolink fetches it from this app, by a signed link.</summary>
    Host,

    /// <summary>It is uploaded through Evolink's Files API (which takes no bmp).</summary>
    Files,
}
