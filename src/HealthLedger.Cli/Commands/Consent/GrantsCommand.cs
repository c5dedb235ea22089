using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Names;
using HealthLedger.Cli.Shell;
using HealthLedger.Client.Consent;
using HealthLedger.Client.Patients;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using Spectre.Console;

namespace HealthLedger.Cli.Commands.Consent;

/// <summary><c>grants</c>: a patient's grants and how they stand.</summary>
internal static class GrantsCommand
{
    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Argument<string?> patient = new("patient") { Description = "The patient: did, or id in the book; a patient's wallet means its own", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> ended = new("--ended") { Description = "Those that have ended too" };
        LedgerCommand command = new("grants", "List who may read what, for what, until when", "grants 4711", "grants --as ada --ended", "grants did:healthledger:demo:ab... --as oakwood --json  # those to the clinic")
        {
            Run = async call =>
            {
                if (!(await Actor.OpenAsync(call)).TryGet(out Actor? actor, out Fault fault) || !actor.PatientOf(call.Value(patient)).TryGet(out LedgerDid did, out fault)) return fault;
                if (!(await actor.ConsentFor(did).ListAsync(call.Cancel)).TryGet(out IReadOnlyList<GrantState>? all, out fault)) return fault;
                Result<PatientView> known = await actor.Directory.GetAsync(did, call.Cancel);
                Dictionary<Id16, string> labels = known.TryGet(out PatientView? view, out _) ? view.Segments.ToDictionary(segment => segment.Segment, segment => segment.Label) : [];
                GrantState[] shown = [.. all.Where(state => call.Value(ended) || state.IsLive(call.Now))];
                string LabelsOf(GrantState state) => string.Join(", ", state.Body.Segments.Select(segment => labels.GetValueOrDefault(segment, $"{segment}"[..8])));
                string State(GrantState state) => state.EndedAt is { } at ? $"ended {Words.Time(at)}" : !state.IsLive(call.Now) ? "over" : call.Now < state.Body.From ? "not yet" : "runs";
                JsonArray json = new([.. shown.Select(state => (JsonNode)new JsonObject
                {
                    ["grant"] = state.Grant.ToString(), ["grantee"] = state.Body.Grantee.ToString(), ["granteeName"] = Names.Organizations.NameOf(actor.Client.Network, state.Body.Grantee),
                    ["segments"] = new JsonArray([.. state.Body.Segments.Select(segment => (JsonNode)labels.GetValueOrDefault(segment, segment.ToString()))]),
                    ["purposes"] = new JsonArray([.. state.Body.Purposes.Select(purpose => (JsonNode)Words.Of(purpose))]), ["rights"] = Words.Of(state.Body.Rights),
                    ["from"] = Words.Instant(state.Body.From), ["until"] = Words.Instant(state.Body.Until), ["uses"] = state.Body.Uses, ["used"] = state.Used, ["state"] = State(state), ["bySteward"] = state.Body.Stewarded,
                })]);
                return new Answer(json, console =>
                {
                    if (shown.Length == 0)
                    {
                        console.WriteLine(all.Count == 0 ? "Nothing has been granted." : $"No grant runs; {all.Count} have ended (--ended shows them).");
                        return;
                    }
                    Table table = new Table().RoundedBorder().AddColumns("Grant", "Who", "What", "For", "Until", "Used", "State");
                    foreach (GrantState state in shown)
                    {
                        table.AddRow($"{state.Grant}"[..8], Markup.Escape(Names.Organizations.NameOf(actor.Client.Network, state.Body.Grantee)), Markup.Escape($"{Words.Of(state.Body.Rights)}: {LabelsOf(state)}"),
                            string.Join(", ", state.Body.Purposes.Select(Words.Of)), Words.Time(state.Body.Until), state.Body.Uses is { } uses ? $"{state.Used} of {uses}" : "", State(state));
                    }
                    console.Write(table);
                });
            },
        };
        command.Add(patient);
        command.Add(ended);
        return command;
    }
}
