using Evolink.Pipeline.Options;

namespace Infra.Tests.Checks;

/// <summary>By default nothing deletes a video, which was paid for: neither the app nor the storage account.</summary>
internal static class RetentionCheck
{
    public static IEnumerable<string> Run(Infrastructure infrastructure)
    {
        if (new EvolinkOptions().RecordRetentionDays != 0)
            yield return "The app deletes videos with their jobs by default.";
        foreach (string parameter in (string[])["recordRetentionDays", "videoExpireAfterDays"])
        {
            if ((int?)infrastructure.Main!.At($"parameters/{parameter}/defaultValue") != 0)
                yield return $"'{parameter}' deletes videos by default.";
        }
    }
}
