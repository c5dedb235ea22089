using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Names;
using HealthLedger.Cli.Shell;
using HealthLedger.Client.Consent;
using HealthLedger.Client.Submit;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;

namespace HealthLedger.Cli.Commands.Consent;

/// <summary><c>revoke</c>: takes a grant back; the segments' keys are rotated.</summary>
internal static class RevokeCommand
{
    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Argument<string> patient = new("patient") { Description = "The patient: did, or id in the book" };
        Argument<string> grant = new("grant") { Description = "The grant's id, or its first characters" };
        LedgerCommand command = new("revoke", "Take a grant back; from its place in the ledger on nobody reads by it",
            "revoke 4711 3f9a2c77", "revoke 4711 3f9a2c77d1e04b6a9c8e5f2d1b0a4c3e --as ada")
        {
            Run = async call =>
            {
                if (!(await Actor.OpenAsync(call)).TryGet(out Actor? actor, out Fault fault) || !actor.PatientOf(call.Value(patient)).TryGet(out LedgerDid did, out fault)) return fault;
                ConsentClient consent = actor.ConsentFor(did);
                if (!(await consent.ListAsync(call.Cancel)).TryGet(out IReadOnlyList<GrantState>? grants, out fault)) return fault;
                Id16[] found = [.. grants.Where(state => state.Grant.ToString().StartsWith(call.Value(grant)!, StringComparison.OrdinalIgnoreCase)).Select(state => state.Grant)];
                if (found.Length != 1) return new Fault(FaultCode.GrantUnknown, found.Length == 0 ? "The patient has no grant of this id." : $"{found.Length} grants begin so; write more of the id.");
                if (!(await consent.RevokeAsync(found[0], call.Cancel)).TryGet(out WrittenStatement? written, out fault)) return fault;
                int rotated = written.Events.Count(item => item.Type == EventType.SegmentRotate), renewed = written.Events.Count(item => item.Type == EventType.GrantCreate);
                return Answer.Of(
                    new JsonObject { ["grant"] = found[0].ToString(), ["statement"] = written.Committed.StatementId.ToString(), ["time"] = Words.Instant(written.Committed.Time), ["rotatedSegments"] = rotated, ["renewedGrants"] = renewed },
                    $"Revoked at {Words.Time(written.Committed.Time)} (shard {written.Committed.Shard}, height {written.Committed.Height}): no access after it is permitted.",
                    $"{rotated} segment keys were replaced; {renewed} other grants were given the new ones, under new ids.");
            },
        };
        command.Add(patient);
        command.Add(grant);
        return command;
    }
}
