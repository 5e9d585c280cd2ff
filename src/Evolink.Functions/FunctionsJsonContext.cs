using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Evolink.Functions.Account;
using Evolink.Functions.Batches;
using Evolink.Functions.Health;
using Evolink.Functions.Http;
using Evolink.Functions.Images;
using Evolink.Functions.Mcp;
using Evolink.Functions.Submits;
using Evolink.Functions.Tasks;

namespace Evolink.Functions;

/// <summary>Source-generated JSON of the app's answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TaskView))]
[JsonSerializable(typeof(TaskList))]
[JsonSerializable(typeof(AttachRequest))]
[JsonSerializable(typeof(AccountView))]
[JsonSerializable(typeof(BatchView))]
[JsonSerializable(typeof(BatchList))]
[JsonSerializable(typeof(ImageAnswer))]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(LiveReport))]
[JsonSerializable(typeof(PurgedJob))]
[JsonSerializable(typeof(FreedClaim))]
[JsonSerializable(typeof(SubmitsView))]
[JsonSerializable(typeof(LostSubmitList))]
[JsonSerializable(typeof(TaskStory))]
[JsonSerializable(typeof(ClientPrincipal))]
[JsonSerializable(typeof(VideoAnswer))]
[JsonSerializable(typeof(VideoListAnswer))]
[JsonSerializable(typeof(ModelListAnswer))]
[JsonSerializable(typeof(CostAnswer))]
[JsonSerializable(typeof(UploadedAnswer))]
[JsonSerializable(typeof(JsonNode))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class FunctionsJsonContext : JsonSerializerContext;
