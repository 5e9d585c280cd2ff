using Evolink.Pipeline.Images;
using Evolink.Pipeline.Options;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Images;

/// <summary>Takes images in: what Evolink would refuse is refused here, before any money moves.</summary>
public sealed class ImageIntake(ImageStore images, IOptions<EvolinkOptions> options)
{
    /// <summary>Checks an image by its bytes and keeps it for its client.</summary>
    /// <param name="client">Its owner.</param>
    /// <param name="image">The file.</param>
    /// <param name="ownBase">Address under which the client reached this app; the public one goes before it.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The link for <c>image_urls</c>; or why the image cannot be used.</returns>
    public async Task<(Uri? Link, string? Problem)> AcceptAsync(string client, byte[] image, Uri ownBase, CancellationToken cancellationToken)
    {
        ImageVerdict verdict = ImageCheck.Check(image);
        if (verdict.Kind is not { } kind)
            return (null, verdict.Problem ?? "The image cannot be used.");
        string sha256 = await images.SaveAsync(client, image, kind, cancellationToken);
        return (ImageLinks.For(options.Value.PublicBaseUrl ?? ownBase, sha256), null);
    }
}
