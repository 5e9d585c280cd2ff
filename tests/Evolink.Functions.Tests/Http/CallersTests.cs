using System.Text;
using Evolink.Functions.Http;
using Evolink.Pipeline.Options;
using Microsoft.AspNetCore.Http;

namespace Evolink.Functions.Tests.Http;

/// <summary>Who is calling.</summary>
public sealed class CallersTests
{
    private const string Alice = "11111111-1111-1111-1111-111111111111";
    private const string Ops = "22222222-2222-2222-2222-222222222222";

    private static Caller? Identify(string? principal = null, string? key = null, bool trusted = true)
    {
        EvolinkOptions options = new() { TrustPrincipalHeader = trusted };
        options.ClientKeys["carol"] = new(StringComparer.Ordinal) { ["0"] = "a-secret-of-sixteen", ["1"] = $"sha256:{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("another-of-carols"u8))}" };
        options.ClientPrincipals["alice"] = new(StringComparer.Ordinal) { ["0"] = Guid.Parse(Alice) };
        options.OperatorPrincipals["ops"] = new(StringComparer.Ordinal) { ["0"] = Guid.Parse(Ops) };
        DefaultHttpContext http = new();
        if (principal is not null)
            http.Request.Headers["X-MS-CLIENT-PRINCIPAL"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(principal));
        if (key is not null)
            http.Request.Headers.Authorization = key;
        return new Callers(Microsoft.Extensions.Options.Options.Create(options)).Identify(http.Request);
    }

    private static string Principal(string id, string provider = "aad", string type = "http://schemas.microsoft.com/identity/claims/objectidentifier") =>
        $$"""{"auth_typ":"{{provider}}","claims":[{"typ":"name","val":"x"},{"typ":"{{type}}","val":"{{id}}"}],"name_typ":"name","role_typ":"roles"}""";

    [Theory]
    [InlineData("Bearer a-secret-of-sixteen")]
    [InlineData("bearer another-of-carols")]
    public void Either_of_two_keys_names_the_client(string header) => Assert.Equal(new Caller("carol", IsOperator: false), Identify(key: header));

    [Theory]
    [InlineData("Bearer a-secret-of-sixteeN")]
    [InlineData("Basic a-secret-of-sixteen")]
    [InlineData("a-secret-of-sixteen")]
    [InlineData("Bearer ")]
    public void Another_key_names_nobody(string header) => Assert.Null(Identify(key: header));

    [Fact]
    public void A_principal_of_the_platform_is_a_client_or_an_operator()
    {
        Assert.Equal(new Caller("alice", IsOperator: false), Identify(Principal(Alice)));
        Assert.Equal(new Caller("alice", IsOperator: false), Identify(Principal(Alice, type: "oid")));
        Assert.Equal(new Caller("ops", IsOperator: true), Identify(Principal(Ops)));
        // What the platform left in Authorization is its own token, and none of our keys.
        Assert.Equal(new Caller("alice", IsOperator: false), Identify(Principal(Alice), "Bearer eyJ0eXAiOiJKV1QifQ.e30.x"));
    }

    [Theory]
    [InlineData("33333333-3333-3333-3333-333333333333", "aad")]
    [InlineData(Alice, "github")]
    [InlineData("alice", "aad")]
    public void A_principal_that_is_not_listed_or_not_of_entra_is_nobody(string id, string provider) => Assert.Null(Identify(Principal(id, provider)));

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"auth_typ":"aad","claims":null}""")]
    [InlineData("""{"auth_typ":"aad","claims":[null]}""")]
    [InlineData("[1]")]
    public void A_broken_header_is_nobody(string principal) => Assert.Null(Identify(principal));

    [Fact]
    public void The_header_counts_for_nothing_where_it_is_not_trusted() => Assert.Null(Identify(Principal(Ops), trusted: false));
}
