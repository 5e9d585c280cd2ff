namespace Evolink.LocalHost.Cli;

/// <summary>What to do about a failed generation (the codes: Evolink's task errors, the API's errors, this app's own).</summary>
internal static class Advice
{
    public static string For(string code) => code switch
    {
        "content_policy_violation" => "Change the prompt or the image; the same would be refused again.",
        "invalid_request" or "invalid_parameters" => "Correct what the message names, and try again.",
        "image_processing_error" or "image_dimension_mismatch" => "Use another image: jpeg, png without alpha, bmp or webp, at most 10 MB, each side 360 to 2000 pixels.",
        "unauthorized" => "Check the key: --key for an endpoint, EVOLINK_API_KEY for the real API.",
        "insufficient_quota" or "quota_exceeded" => "Look at the balance of the Evolink account, top it up, and try again.",
        "model_access_denied" or "permission_denied" => "The Evolink key may not use this model; use another key.",
        "rate_limit_exceeded" or "resource_exhausted" or "service_error" or "service_unavailable" or "generation_timeout" => "Try again in a few minutes.",
        "submission_outcome_unknown" => "It may have been charged: look at the tasks of the Evolink account before trying again.",
        "result_expired" or "result_unusable" => "The video was made but could not be saved; the log (--verbose) says why.",
        "download_damaged" => "Try again: the video is stored, only its download failed.",
        "request_cancelled" => "It was cancelled. Start another if that was a mistake.",
        _ => "Run again with --verbose to see more.",
    };
}
