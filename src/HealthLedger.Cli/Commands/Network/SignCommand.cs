using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Actors.Network;
using HealthLedger.Cli.Shell;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Cli.Commands.Network;

/// <summary><c>network sign</c>: a founder looks at the draft and signs it.</summary>
internal static class SignCommand
{
    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Argument<string> file = new("draft") { Description = "The draft" };
        Option<string> folder = new("--folder") { Description = "The founder's folder", HelpName = "FOLDER", Required = true };
        Option<string> output = new("--out") { Description = "The signature to write", HelpName = "FILE", DefaultValueFactory = _ => "signature.cbor" };
        LedgerCommand command = new("sign", "Sign a draft of the genesis that names this founder as it asked",
            "network sign founding.cbor --folder /var/lib/healthledger --out riverside.sig")
        {
            Run = call => Task.FromResult(Sign(call.Value(file)!, call.Value(folder)!, call.Value(output)!)),
        };
        command.Add(file);
        command.Add(folder);
        command.Add(output);
        return command;
    }

    private static Result<Answer> Sign(string path, string folder, string output)
    {
        if (!NetworkText.ReadDraft(path).TryGet(out FoundingDraft? draft, out Fault fault)) return fault;
        if (!PartyFolder.Open(MemberFolder.MemberPath(folder)).TryGet(out PartyFolder? party, out fault)) return fault;
        if (!IsAsAsked(draft, party.Request)) return new Fault(FaultCode.ProofInvalid, "The draft does not name this founder with the keys, endpoint and roles of its own request; it is not signed.");
        if (!party.ReadIdentity().TryGet(out SigningKey? identity, out fault)) return fault;
        using (identity) WholeFile.Write(output, draft.Sign(identity).Encode());
        (JsonArray members, JsonArray organizations) = NetworkText.Json(draft.Members, draft.Organizations);
        return Answer.Of(
            new JsonObject { ["signature"] = output, ["genesis"] = draft.Hash.ToString(), ["network"] = draft.Network, ["shards"] = draft.Shards, ["members"] = members, ["organizations"] = organizations },
            [.. NetworkText.Lines(draft.Members, draft.Organizations), $"Signed as {party.Request.Organization.Name}: {output}, for the genesis {draft.Hash}. Do not hand it over if one of the lines above is wrong."]);
    }

    /// <summary>True where the draft holds, byte for byte, what the founder asked for.</summary>
    private static bool IsAsAsked(FoundingDraft draft, FoundingRequest request) =>
        request.Member is not null && draft.Network == request.Network && draft.IndexOf(request.Member.Identity) is >= 0 and var index
        && draft.Organizations.FirstOrDefault(organization => organization.Identity.KeyId == request.Member.Identity.KeyId) is { } organization
        && new FoundingRequest(draft.Network, draft.Members[index], organization).Encode().AsSpan().SequenceEqual(request.Encode());
}
