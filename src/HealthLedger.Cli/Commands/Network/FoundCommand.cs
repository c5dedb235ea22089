using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Actors.Network;
using HealthLedger.Cli.Shell;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Cli.Commands.Network;

/// <summary><c>network found</c>: one puts the requests together into the draft that every founder signs.</summary>
internal static class FoundCommand
{
    private const int ShardsMax = Protocol.Statements.Shards.CountMax;

    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Argument<string[]> requests = new("requests") { Description = "The request files; the members' order is that of their indices", Arity = ArgumentArity.OneOrMore };
        Option<int> shards = new("--shards") { Description = "Shards beside the directory, fixed for ever: 4 for one machine, 64 for a consortium", DefaultValueFactory = _ => 64 };
        Option<string> output = new("--out") { Description = "The draft to write", HelpName = "FILE", DefaultValueFactory = _ => "founding.cbor" };
        LedgerCommand command = new("found", "Put request files together into a draft of the genesis", "network found riverside.cbor northgate.cbor central.cbor agency.cbor meridian.cbor --shards 64 --out founding.cbor")
        {
            Run = call => Task.FromResult(Found(call, call.Value(requests)!, call.Value(shards), call.Value(output)!)),
        };
        command.Add(requests);
        command.Add(shards);
        command.Add(output);
        return command;
    }

    private static Result<Answer> Found(Call call, string[] paths, int shards, string output)
    {
        if (shards is < 1 or > ShardsMax) return new Fault(FaultCode.UsageWrong, $"--shards is a number from 1 to {ShardsMax}.");
        List<FoundingRequest> requests = [];
        foreach (string path in paths)
        {
            if (!WholeFile.Read(path, FoundingRequest.BytesMax).TryGet(out byte[]? bytes, out Fault fault)) return fault;
            if (!FoundingRequest.Decode(bytes).TryGet(out FoundingRequest? request, out fault)) return new Fault(fault.Code, $"{path}: {fault.Message}");
            if (requests.Count > 0 && request.Network != requests[0].Network) return new Fault(FaultCode.UsageWrong, $"{path} is for the network {request.Network}, the first request for {requests[0].Network}.");
            requests.Add(request);
        }
        GenesisBuilder builder = new(requests[0].Network, call.Now, shards);
        foreach (FoundingRequest request in requests)
            if (request.Member is { } member) builder.Add(member);
        // Members first: their organizations have their indices.
        foreach (FoundingRequest request in requests.Where(request => request.Member is not null).Concat(requests.Where(request => request.Member is null))) builder.Add(request.Organization);
        if (!FoundingDraft.Decode(builder.EncodeMap()).TryGet(out FoundingDraft? draft, out Fault unfit)) return unfit;
        WholeFile.Write(output, draft.Bytes.Span);
        (JsonArray members, JsonArray organizations) = NetworkText.Json(draft.Members, draft.Organizations);
        return Answer.Of(
            new JsonObject { ["draft"] = output, ["genesis"] = draft.Hash.ToString(), ["network"] = draft.Network, ["shards"] = draft.Shards, ["members"] = members, ["organizations"] = organizations },
            [.. NetworkText.Lines(draft.Members, draft.Organizations), $"Draft {output}, {draft.Shards} shards. The genesis hash will be {draft.Hash}: every founder compares it, then signs with `healthledger network sign`."]);
    }
}
