namespace Evolink.Client;

/// <summary>What this client tells through System.Diagnostics: one activity, and one measurement, for each request that it sends.</summary>
/// <remarks>
/// An activity holds <c>http.request.method</c>, <c>server.address</c>, <c>http.response.status_code</c>, <c>error.type</c> and Evolink's own id of
/// the request (<c>evolink.request.id</c>); never a key, a prompt or a link.
/// </remarks>
public static class EvolinkClientTelemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "Evolink.Client";

    /// <summary>Activity: a generation is submitted.</summary>
    public const string SubmitActivity = "evolink.client.submit";

    /// <summary>Activity: a task is read.</summary>
    public const string GetTaskActivity = "evolink.client.get_task";

    /// <summary>Activity: several tasks are read at once.</summary>
    public const string GetTasksActivity = "evolink.client.get_tasks";

    /// <summary>Activity: a page of the account's tasks is read.</summary>
    public const string ListTasksActivity = "evolink.client.list_tasks";

    /// <summary>Activity: the models are read.</summary>
    public const string ListModelsActivity = "evolink.client.list_models";

    /// <summary>Activity: the credits are read.</summary>
    public const string GetCreditsActivity = "evolink.client.get_credits";

    /// <summary>Activity: an image is given to Evolink.</summary>
    public const string UploadImageActivity = "evolink.client.upload_image";

    /// <summary>Activity: a video is downloaded, from a link's request to its headers.</summary>
    public const string DownloadActivity = "evolink.client.download";

    /// <summary>Activity: an Evolink.Functions app is asked something.</summary>
    public const string AppActivity = "evolink.client.app";
}
