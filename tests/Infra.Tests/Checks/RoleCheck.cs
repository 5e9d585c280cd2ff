using Infra.Tests.Bicep;
using Infra.Tests.Evaluation;

namespace Infra.Tests.Checks;

/// <summary>Roles are named ones, each has its reason beside it, and assignments can be made any number of times.</summary>
internal static class RoleCheck
{
    /// <summary>Azure's built-in roles, by the name that a variable for one has.</summary>
    private static readonly Dictionary<string, string> BuiltIn = new(StringComparer.Ordinal)
    {
        ["storageBlobDataOwner"] = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        ["storageBlobDataContributor"] = "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        ["storageBlobDelegator"] = "db58b8e5-c6ad-4a2a-8342-4190687cbf4a",
        ["storageQueueDataContributor"] = "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
        ["storageQueueDataMessageSender"] = "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a",
        ["storageTableDataContributor"] = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
        ["monitoringMetricsPublisher"] = "3913510d-42f4-4e42-8a64-420c390055eb",
        ["keyVaultSecretsUser"] = "4633458b-17de-408a-b874-0445c86b69e6",
        ["eventGridDataSender"] = "d5a91429-5739-47e2-a06b-3470a27159e7",
        ["durableTaskDataContributor"] = "0ad04412-c4d5-4796-b79c-f76d14c8d402",
    };

    public static string NameOf(string id) => BuiltIn.FirstOrDefault(role => role.Value == id).Key ?? id;

    public static IEnumerable<Problem> Names(BicepFile file) =>
        from variable in file.OfKind(DeclarationKind.Variable)
        let id = (variable.Value as Text)?.Plain
        where Guid.TryParse(id, out _) && BuiltIn.GetValueOrDefault(variable.Name) != id
        select Problem.At(file, variable, $"'{id}' is not the id of the role '{variable.Name}'.");

    public static IEnumerable<Problem> Run(Outcome outcome) => outcome.OfType("Microsoft.Authorization/roleAssignments").SelectMany(assignment => Run(assignment));

    public static string RoleId(ResourceValue assignment) => ((string)assignment.At(["properties", "roleDefinitionId"])!).Split('/')[^1];

    private static IEnumerable<Problem> Run(ResourceValue assignment)
    {
        Problem At(string message) => Problem.At(assignment.File, assignment.Declaration, $"{assignment.Declaration.Name}: {message}");
        string role = RoleId(assignment);
        if (!BuiltIn.ContainsValue(role))
            yield return At($"'{role}' is none of the roles that are known here.");
        if (assignment.Scope is null)
            yield return At("it has no scope, so it holds for the whole group.");
        else if (assignment.Name != (string)Functions.Call("guid", [assignment.Scope.Id, assignment.At(["properties", "principalId"]), role])!)
            yield return At("its name must be the guid of scope, principal and role: the same assignment must have the same name.");
        if (!assignment.Properties.TryGetValue("properties", out object? properties) || !((Dictionary<string, object?>)properties!).ContainsKey("principalType"))
            yield return At("it has no principalType, so it fails while a new identity is not known everywhere.");
        string above = assignment.File.Text.Split('\n')[assignment.Declaration.Line - 2];
        if (!above.StartsWith("// ", StringComparison.Ordinal))
            yield return At("nothing above it says why it is needed.");
    }
}
