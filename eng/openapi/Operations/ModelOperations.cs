using Evolink.Functions;
using Evolink.Functions.Models;

namespace Evolink.OpenApi.Operations;

internal static class ModelOperations
{
    public static IReadOnlyList<Operation> All { get; } =
    [
        new(nameof(ListModels), Words.Generations, "The models that may be asked for")
        {
            Description = "What this app allows (`Evolink:Models`) and its Evolink key may use, with the fields of those that are described.",
            Answers =
            [
                new(200, "The models, by name.")
                {
                    Type = FunctionsJsonContext.Default.ModelList,
                    Example = Samples.Json(
                        new ModelList { Data = [ModelView.Of("sora-2-pro"), ModelView.Of("wan2.6-text-to-video")], Complete = true, Allowed = ["*"] },
                        FunctionsJsonContext.Default.ModelList),
                },
            ],
        },
    ];
}
