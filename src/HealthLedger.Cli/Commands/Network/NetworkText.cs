using System.Collections.Immutable;
using System.Text.Json.Nodes;
using HealthLedger.Actors.Network;
using HealthLedger.Cli.Names;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Cli.Commands.Network;

/// <summary>What founders look at before they sign, and the words they write.</summary>
internal static class NetworkText
{
    private static readonly OrganizationRoles[] AllRoles = [.. Enum.GetValues<OrganizationRoles>().Where(role => role != OrganizationRoles.None)];

    /// <summary>All words for organizations' roles.</summary>
    public static string RoleWords { get; } = string.Join(", ", AllRoles.Select(role => role.ToString().ToLowerInvariant()));

    /// <summary>True for where a member may be reached: https, a host, a port, no path.</summary>
    public static bool IsEndpoint(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme == Uri.UriSchemeHttps && address.AbsolutePath == "/";

    /// <summary>Reads roles from words with commas between.</summary>
    public static Result<OrganizationRoles> Roles(string text)
    {
        OrganizationRoles roles = OrganizationRoles.None;
        foreach (string word in Words.List(text))
        {
            OrganizationRoles role = Array.Find(AllRoles, known => known.ToString().Equals(word, StringComparison.OrdinalIgnoreCase));
            if (role == OrganizationRoles.None) return new Fault(FaultCode.UsageWrong, $"--roles are of {RoleWords}; \"{word}\" is none of them.");
            roles |= role;
        }
        return roles == OrganizationRoles.None ? new Fault(FaultCode.UsageWrong, $"--roles names at least one of {RoleWords}.") : roles;
    }

    /// <summary>Members and organizations as JSON.</summary>
    public static (JsonArray Members, JsonArray Organizations) Json(ImmutableArray<Member> members, ImmutableArray<Organization> organizations) => (
        new JsonArray([.. members.Select(member => (JsonNode)new JsonObject { ["name"] = member.Name, ["id"] = member.Identity.KeyId.ToString(), ["endpoint"] = member.Endpoint })]),
        new JsonArray([.. organizations.Select(organization => (JsonNode)new JsonObject { ["name"] = organization.Name, ["id"] = organization.Identity.KeyId.ToString(), ["roles"] = Of(organization.Roles) })]));

    /// <summary>The same as lines.</summary>
    public static IEnumerable<string> Lines(ImmutableArray<Member> members, ImmutableArray<Organization> organizations) =>
    [
        .. members.Select((member, i) => $"Member {i}  {member.Name}  {member.Endpoint}  identity {member.Identity.KeyId}"),
        .. organizations.Select(organization => $"Organization  {organization.Name}  {Of(organization.Roles)}  identity {organization.Identity.KeyId}"),
    ];

    /// <summary>Reads a draft from its file.</summary>
    public static Result<FoundingDraft> ReadDraft(string path) => WholeFile.Read(path, GenesisFile.BytesMax).TryGet(out byte[]? bytes, out Fault fault) ? FoundingDraft.Decode(bytes) : fault;

    private static string Of(OrganizationRoles roles) => roles.ToString().ToLowerInvariant();
}
