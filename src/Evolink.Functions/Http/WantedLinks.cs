using Evolink.Pipeline.Videos;
using Microsoft.AspNetCore.Http;

namespace Evolink.Functions.Http;

/// <summary><c>?disposition=attachment</c>: the link shall save the video, in place of playing it.</summary>
internal static class WantedLinks
{
    extension(HttpRequest request)
    {
        public bool WantsAttachment => request.Query["disposition"] == "attachment";

        public VideoLinkUse LinkUse => request.WantsAttachment ? VideoLinkUse.Save : VideoLinkUse.Play;
    }
}
