using Evolink.Functions;
using Evolink.Functions.Http;
using Evolink.Functions.Submits;
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
                Answers.Encoded,
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
        new(nameof(GetTaskStory), Words.Operators, "All that is known of a job")
        {
            Description = "Record, ledger, deliveries, claims and orchestrations in one document, to be attached to a ticket. Without the request, and without any secret.",
            Parameters = [Parameters.Id(Samples.PlainJob)],
            Answers = [new(200, "The story.") { Type = FunctionsJsonContext.Default.TaskStory }, Answers.OperatorsOnly, Answers.NoTask],
        },
        new(nameof(DeleteTask), Words.Tasks, "Remove a job that is over")
        {
            Description = "For the task's client and for operators. Its video, its image where no other job shows it, its records and its histories, and every other copy of its prompt. Nothing brings it again: its Idempotency-Key is answered with 410 from then on. May be called again until there is no such task. What Evolink still holds is named.",
            Parameters = [Parameters.Id(Samples.PlainJob)],
            Answers =
            [
                new(200, "It is removed.")
                {
                    Type = FunctionsJsonContext.Default.PurgedJob,
                    Example = Samples.Json(new PurgedJob(Samples.PlainJob, 1, PurgedJob.Removed, 1, ["batches/batch-aaaaaaaaaaaaaaaaaaaaaaaaaa/3"], [Samples.EvolinkTask]), FunctionsJsonContext.Default.PurgedJob),
                },
                Answers.NoTask,
                Answers.Error("It is not over.", Errors.Conflict("job_not_over", "This job is processing; cancel it, and delete it when it is over.")),
            ],
        },
        new(nameof(FreeClaim), Words.Operators, "Free a task from the job that has it by mistake")
        {
            Description = "So that it can be attached to the right job. Not while the job that owns it works with it.",
            Parameters = [Parameters.Path("task", "Evolink's id of the task.", Samples.EvolinkTask)],
            Answers =
            [
                new(200, "No job owns it any more.")
                {
                    Type = FunctionsJsonContext.Default.FreedClaim,
                    Example = Samples.Json(new FreedClaim(Samples.EvolinkTask, Samples.PlainJob), FunctionsJsonContext.Default.FreedClaim),
                },
                Answers.OperatorsOnly,
                Answers.Error("No job owns it.", Errors.NotFound("No job owns this task.", "claim_not_found")),
                Answers.Error("Its job works with it.", Errors.Conflict("job_not_over", "Job gen-aaaaaaaaaaaaaaaaaaaaaaaaaa is processing with this task; cancel it first.")),
            ],
        },
        new(nameof(GetSubmits), Words.Operators, "Whether submits go out") { Answers = [Submits("open"), Answers.OperatorsOnly] },
        new(nameof(GetLostSubmits), Words.Operators, "Jobs whose submit was lost, and the tasks that it could be")
        {
            Description = "The newest hundred jobs that were given up as submission_outcome_unknown, with the tasks of their model "
                + "and time that no job owns, from the account's own list where Evolink has one.",
            Answers =
            [
                new(200, "The jobs.")
                {
                    Type = FunctionsJsonContext.Default.LostSubmitList,
                    Example = Samples.Json(
                        new LostSubmitList(
                            [
                                new LostSubmitView(
                                    Samples.PlainJob,
                                    "alice",
                                    "wan2.6-image-to-video",
                                    1,
                                    DateTimeOffset.FromUnixTimeSeconds(1_795_345_442),
                                    [
                                        new LostTaskView(
                                            Samples.EvolinkTask, "completed", DateTimeOffset.FromUnixTimeSeconds(1_795_345_443), false),
                                    ]),
                            ],
                            true),
                        FunctionsJsonContext.Default.LostSubmitList),
                },
                Answers.OperatorsOnly,
            ],
        },
        new(nameof(PauseSubmits), Words.Operators, "Hold every submit back")
        {
            Description = "Jobs are accepted, and park; none is lost, and none is paid.",
            Answers = [Submits("stopped"), Answers.OperatorsOnly],
        },
        new(nameof(ResumeSubmits), Words.Operators, "Let submits go again") { Answers = [Submits("open"), Answers.OperatorsOnly] },
    ];

    private static Answer Submits(string state) => new(200, "How they stand.")
    {
        Type = FunctionsJsonContext.Default.SubmitsView,
        Example = Samples.Json(new SubmitsView(state, null, null, state == "stopped" ? "operator" : null, state == "stopped" ? DateTimeOffset.FromUnixTimeSeconds(1_795_345_442) : null, 0), FunctionsJsonContext.Default.SubmitsView),
    };
}
