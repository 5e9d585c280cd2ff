using Evolink.Functions;
using Evolink.Functions.Http;
using Evolink.Functions.Tasks;

namespace Evolink.OpenApi.Operations;

internal static class OperatorOperations
{
    public static IReadOnlyList<Operation> All { get; } =
    [
        new(nameof(AttachTask), Words.Operators, "Give a job its lost task")
        {
            Description = "A submit's answer was lost, and the task was found in Evolink's dashboard. The job is opened again, with a new revision that waits for that task and saves its video.",
            Parameters = [Parameters.Id(Samples.PlainJob)],
            Body = new Body(
                "application/json",
                "The task at Evolink.",
                schemas => schemas.Of(FunctionsJsonContext.Default.AttachRequest),
                [new Example("task", "A task of Evolink's", Samples.Json(new AttachRequest(Samples.EvolinkTask), FunctionsJsonContext.Default.AttachRequest))]),
            Answers =
            [
                Answers.Task("The job goes on from there.", Samples.Pending with { Status = "processing", Phase = Pipeline.Generations.JobState.Waiting, EvolinkTaskId = Samples.EvolinkTask, Revision = 2 }),
                Answers.Invalid("The body names no task.", "evolink_task_id", "The body must be {\"evolink_task_id\":\"task-...\"}, the id of a task at Evolink."),
                Answers.OperatorsOnly,
                Answers.NoTask,
                Answers.Error("It cannot be this job's task, or the job is not to be opened.", Errors.Conflict("task_not_readable", "Evolink does not know this task, or it cannot be read with this service's key.")),
            ],
        },
        new(nameof(RetrySaveTask), Words.Operators, "Save a video that could not be saved")
        {
            Description = "The video was finished at Evolink, and the reason why it could not be saved is mended.",
            Parameters = [Parameters.Id(Samples.PlainJob)],
            Answers =
            [
                Answers.Task("It is tried again.", Samples.Pending with { Status = "processing", Phase = Pipeline.Generations.JobState.Saving, EvolinkTaskId = Samples.EvolinkTask, Revision = 2 }),
                Answers.OperatorsOnly,
                Answers.NoTask,
                Answers.Error("There is nothing to save.", Errors.Conflict("job_has_video", "This job is completed; there is nothing to open it for.")),
            ],
        },
    ];
}
