using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Names;
using HealthLedger.Cli.Shell;
using HealthLedger.Client.Consent;
using HealthLedger.Client.Patients;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;

namespace HealthLedger.Cli.Commands.Consent;

/// <summary><c>grant</c>: a patient, or the steward, lets an organization read or deposit.</summary>
internal static class GrantCommand
{
    private const int DaysDefault = 30, DaysMax = 36_500;

    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Argument<string> patient = new("patient") { Description = "The patient: did, or id in the book" };
        Argument<string> grantee = new("organization") { Description = "Who may: name or did" };
        Option<string> segments = new("--segments") { Description = "What: labels, comma-separated, or all (sensitive ones only by name)", DefaultValueFactory = _ => "general", HelpName = "LABELS" };
        Option<string> purposes = new("--purpose") { Description = $"What for, comma-separated: {string.Join(", ", Words.Purposes)}", DefaultValueFactory = _ => "treatment", HelpName = "PURPOSES" };
        Option<int> days = new("--days") { Description = "For how many days from now", DefaultValueFactory = _ => DaysDefault, HelpName = "N" };
        Option<uint?> uses = new("--uses") { Description = "How many permits it gives; else any number", HelpName = "N" };
        Option<bool> deposit = new("--deposit") { Description = "To add records too" };
        Option<string?> words = new("--words") { Description = "The consent in words, sealed to both sides", HelpName = "TEXT" };
        LedgerCommand command = new("grant", "Let an organization read, for a purpose and a time",
            "grant 4711 \"Oakwood Clinic\" --segments general,laboratory,medications --days 90",
            "grant 4711 Oakwood --segments all --uses 1",
            "grant did:healthledger:demo:ab... Oakwood --segments mental-health --purpose treatment --as ada")
        {
            Run = async call =>
            {
                if (!(await Actor.OpenAsync(call)).TryGet(out Actor? actor, out Fault fault) || !actor.PatientOf(call.Value(patient)).TryGet(out LedgerDid did, out fault)) return fault;
                if (!Names.Organizations.Find(actor.Client.Network, call.Value(grantee)!).TryGet(out LedgerDid organization, out fault)) return fault;
                List<Purpose> what = [];
                foreach (string word in Words.List(call.Value(purposes)))
                {
                    if (!Words.PurposeOf(word).TryGet(out Purpose purpose, out fault)) return fault;
                    what.Add(purpose);
                }
                if (call.Value(days) is < 1 or > DaysMax) return new Fault(FaultCode.UsageWrong, $"--days is 1 to {DaysMax}.");
                string[] labels = call.Value(segments) == "all" ? [.. HealthLedger.Fhir.Labels.Segments.All.Where(label => !HealthLedger.Fhir.Labels.Segments.IsSensitive(label))] : Words.List(call.Value(segments));
                GrantTerms terms = new()
                {
                    Grantee = organization, Labels = labels, Purposes = what, From = call.Now, Until = call.Now + (long)TimeSpan.FromDays(call.Value(days)).TotalMilliseconds,
                    Rights = call.Value(deposit) ? Rights.Read | Rights.Deposit : Rights.Read, Uses = call.Value(uses), Words = call.Value(words),
                };
                if (!(await actor.ConsentFor(did).GrantAsync(terms, call.Cancel)).TryGet(out Id16 grant, out fault)) return fault;
                string name = Names.Organizations.NameOf(actor.Client.Network, organization);
                return Answer.Of(
                    new JsonObject { ["grant"] = grant.ToString(), ["patient"] = did.ToString(), ["grantee"] = organization.ToString(), ["segments"] = new JsonArray([.. labels.Select(label => (JsonNode)label)]), ["until"] = Words.Instant(terms.Until) },
                    $"Granted: {name} may {Words.Of(terms.Rights)} {string.Join(", ", labels)} for {string.Join(", ", what.Select(Words.Of))} until {Words.Time(terms.Until)}.",
                    $"Grant {grant}; take it back with `healthledger revoke {call.Value(patient)} {grant}`.");
            },
        };
        command.Add(patient);
        command.Add(grantee);
        foreach (Option option in new Option[] { segments, purposes, days, uses, deposit, words }) command.Add(option);
        return command;
    }
}
