using System.Text.Json.Nodes;
using HealthLedger.Client.Governance;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Cli.Commands.Administration;

/// <summary>A configuration, and what one changes of another, as members read it before they approve.</summary>
internal static class ConfigurationText
{
    /// <summary>A configuration as JSON.</summary>
    public static JsonObject Json(Configuration configuration) => new()
    {
        ["number"] = configuration.Number,
        ["hash"] = configuration.Hash.ToString(),
        ["rulesVersion"] = configuration.RulesVersion,
        ["quorum"] = configuration.Q,
        ["faultsSurvived"] = configuration.F,
        ["members"] = new JsonArray([.. configuration.Members.Select(member => (JsonNode)new JsonObject
        {
            ["name"] = member.Name, ["identity"] = member.Identity.KeyId.ToString(), ["endpoint"] = member.Endpoint, ["validator"] = member.Validator.KeyId.ToString(),
        })]),
        ["organizations"] = new JsonArray([.. configuration.Organizations.Select(organization => (JsonNode)new JsonObject
        {
            ["name"] = organization.Name, ["identity"] = organization.Identity.KeyId.ToString(), ["roles"] = Roles(organization), ["withdrawn"] = organization.IsWithdrawn,
        })]),
    };

    /// <summary>A configuration as lines.</summary>
    public static IEnumerable<string> Lines(Configuration configuration) =>
    [
        $"Configuration {configuration.Number}  {configuration.Hash}",
        $"Rules version {configuration.RulesVersion}; {configuration.N} members, {configuration.Q} decide, {configuration.F} may lie",
        .. configuration.Members.Select((member, i) => $"  {i}  {member.Name}  {member.Endpoint}  identity {member.Identity.KeyId}"),
    ];

    /// <summary>What a configuration changes of the one that it follows, one line each.</summary>
    public static IEnumerable<string> Changes(Configuration before, Configuration after)
    {
        foreach (Member member in after.Members)
        {
            Member? was = before.Members.FirstOrDefault(each => each.Identity.Equals(member.Identity));
            if (was is null) yield return $"adds member {member.Name}  {member.Endpoint}  identity {member.Identity.KeyId}";
            else if (Changed(was, member) is { Length: > 0 } changed) yield return $"changes member {member.Name}: {changed}";
        }
        foreach (Member member in before.Members)
            if (!after.Members.Any(each => each.Identity.Equals(member.Identity))) yield return $"removes member {member.Name}  identity {member.Identity.KeyId}";
        foreach (Organization organization in after.Organizations)
            yield return organization.IsWithdrawn ? $"withdraws organization {organization.Name}  identity {organization.Identity.KeyId}"
                : $"has organization {organization.Name}  {Roles(organization)}  identity {organization.Identity.KeyId}";
        if (after.RulesVersion != before.RulesVersion) yield return $"takes version {after.RulesVersion} of the rules: every member's build must have it";
        if (after.Q != before.Q || after.F != before.F) yield return $"{after.Q} of {after.N} members decide then, {after.F} may lie; now {before.Q} of {before.N}, {before.F} may lie";
    }

    /// <summary>An open proposal as JSON.</summary>
    public static JsonObject Json(OpenProposal proposal, Configuration current)
    {
        JsonObject json = Json(proposal.Configuration);
        json["approved"] = new JsonArray([.. proposal.Approved.Select(name => (JsonNode)name)]);
        json["missing"] = Math.Max(0, current.Q - proposal.Approved.Count);
        json["changes"] = new JsonArray([.. Changes(current, proposal.Configuration).Select(line => (JsonNode)line)]);
        return json;
    }

    /// <summary>An open proposal as lines.</summary>
    public static IEnumerable<string> Lines(OpenProposal proposal, Configuration current) =>
    [
        $"Proposed  {proposal.Configuration.Hash}",
        .. Changes(current, proposal.Configuration).Select(line => $"  {line}"),
        $"  approved by {proposal.Approved.Count} of {current.Q}: {string.Join(", ", proposal.Approved)}",
    ];

    private static string Changed(Member was, Member member)
    {
        List<string> changed = [];
        if (!was.Validator.Equals(member.Validator)) changed.Add($"validator key {member.Validator.KeyId}");
        if (!was.Transport.Equals(member.Transport)) changed.Add("transport key");
        if (!was.Sealing.Equals(member.Sealing)) changed.Add("sealing key");
        if (was.Endpoint != member.Endpoint) changed.Add($"endpoint {member.Endpoint}");
        if (was.Name != member.Name) changed.Add($"name, was {was.Name}");
        return string.Join(", ", changed);
    }

    private static string Roles(Organization organization) => organization.Roles.ToString().ToLowerInvariant();
}
