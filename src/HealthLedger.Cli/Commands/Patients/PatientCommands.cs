using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Keys;
using HealthLedger.Cli.Names;
using HealthLedger.Cli.Shell;
using HealthLedger.Client.Patients;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using Spectre.Console;

namespace HealthLedger.Cli.Commands.Patients;

/// <summary><c>patient</c>: patients whose steward the organization is.</summary>
internal static class PatientCommands
{
    /// <summary>The group.</summary>
    public static LedgerCommand Make() => new LedgerCommand("patient", "Patients whose steward an organization is, until they claim their identity",
        "patient new --system urn:oid:1.2.276.0.76 --id 4711", "patient list", "patient show 4711").With(New(), List(), Show());

    private static LedgerCommand New()
    {
        Option<string> system = new("--system") { Description = "Whose id it is, for instance the hospital's system as a URI", Required = true, HelpName = "URI" };
        Option<string> id = new("--id") { Description = "The patient's id there; never leaves this machine in the clear", Required = true, HelpName = "ID" };
        LedgerCommand command = new("new", "Begin a patient's identity, with the organization as steward; the same patient again is found", "patient new --system urn:his --id 4711 --as riverside")
        {
            Run = async call =>
            {
                if (!(await Actor.OpenAsync(call, organization: true)).TryGet(out Actor? actor, out Fault fault)) return fault;
                Result<PatientView> begun = await new PatientRegistry(actor.Client).EnsureStewardedAsync(actor.Organization!, actor.Directory, call.Value(system)!, call.Value(id)!, call.Cancel);
                if (!begun.TryGet(out PatientView? view, out fault)) return fault;
                actor.Folder.Book(actor.Info).Add([new BookedPatient(view.Did, call.Value(system)!, call.Value(id)!)]);
                return Answer.Of(new JsonObject { ["did"] = view.Did.ToString(), ["shard"] = view.Head.Shard, ["segments"] = view.Segments.Count },
                    $"Patient {call.Value(id)}", $"Identity {view.Did} (shard {view.Head.Shard}, {view.Segments.Count} segments)");
            },
        };
        command.Add(system);
        command.Add(id);
        return command;
    }

    private static LedgerCommand List() => new("list", "List the patients in the organization's book", "patient list", "patient list --as riverside --json")
    {
        Run = call =>
        {
            if (!call.Wallets().TryGet(out WalletFolder? folder, out Fault fault) || !folder.Acting(call.ActingName, organization: true).TryGet(out WalletInfo? info, out fault)) return Task.FromResult<Result<Answer>>(fault);
            IReadOnlyList<BookedPatient> patients = folder.Book(info).All();
            JsonArray json = new([.. patients.Select(patient => (JsonNode)new JsonObject { ["id"] = patient.Id, ["system"] = patient.System, ["did"] = patient.Did.ToString() })]);
            return Task.FromResult<Result<Answer>>(new Answer(json, console =>
            {
                Table table = new Table().RoundedBorder().AddColumns("Id", "System", "Identity");
                foreach (BookedPatient patient in patients) table.AddRow(Markup.Escape(patient.Id), Markup.Escape(patient.System), patient.Did.ToString());
                if (patients.Count == 0) console.WriteLine("No patients in the book yet: `healthledger import` and `healthledger patient new` write it.");
                else console.Write(table);
            }));
        },
    };

    private static LedgerCommand Show()
    {
        Argument<string?> patient = new("patient") { Description = "The patient: did, or id in the book; a patient's wallet means its own", Arity = ArgumentArity.ZeroOrOne };
        LedgerCommand command = new("show", "Show a patient's head: steward, segments, how many records each holds", "patient show 4711", "patient show --as ada --json")
        {
            Run = async call =>
            {
                if (!(await Actor.OpenAsync(call)).TryGet(out Actor? actor, out Fault fault) || !actor.PatientOf(call.Value(patient)).TryGet(out LedgerDid did, out fault)) return fault;
                if (!(await actor.Directory.RefreshAsync(did, call.Cancel)).TryGet(out PatientView? view, out fault)) return fault;
                string steward = view.Head.Steward is { } held ? Names.Organizations.NameOf(actor.Client.Network, held) : "none: the patient's own wallet controls it";
                var counts = view.Head.Segments.ToDictionary(segment => segment.Id, segment => segment.Count);
                KnownSegment[] segments = [.. view.Segments.Where(segment => segment.Label != SegmentLabels.Notes)];
                JsonObject json = new()
                {
                    ["did"] = did.ToString(), ["steward"] = view.Head.Steward, ["shard"] = view.Head.Shard, ["counter"] = view.Head.Seq, ["asOf"] = Words.Instant(view.Head.Time),
                    ["segments"] = new JsonArray([.. segments.Select(segment => (JsonNode)new JsonObject
                    {
                        ["label"] = segment.Label, ["id"] = segment.Segment.ToString(), ["records"] = counts[segment.Segment], ["owner"] = segment.Owner.ToString(),
                    })]),
                    ["unlabelled"] = view.Head.Segments.Count - view.Segments.Count,
                };
                return new Answer(json, console =>
                {
                    console.WriteLine($"Identity  {did}");
                    console.WriteLine($"Steward   {steward}");
                    console.WriteLine($"Shard     {view.Head.Shard}, as of {Words.Time(view.Head.Time)}");
                    Table table = new Table().RoundedBorder().AddColumns("Segment", "Records", "Owner");
                    table.Columns[1].RightAligned();
                    foreach (KnownSegment segment in segments)
                        table.AddRow(segment.Label, $"{counts[segment.Segment]}", Markup.Escape(segment.Owner == did ? "the patient" : Names.Organizations.NameOf(actor.Client.Network, segment.Owner)));
                    console.Write(table);
                });
            },
        };
        command.Add(patient);
        return command;
    }
}
