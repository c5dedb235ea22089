using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Actors.Network;
using HealthLedger.Cli.Shell;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Cli.Commands.Network;

/// <summary><c>network finish</c>: draft and signatures become the genesis file.</summary>
internal static class FinishCommand
{
    private const int SignatureBytesMax = 4096;

    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Argument<string> file = new("draft") { Description = "The draft" };
        Argument<string[]> signatures = new("signatures") { Description = "Every founder's signature, in any order", Arity = ArgumentArity.OneOrMore };
        Option<string> output = new("--out") { Description = "The genesis to write", HelpName = "FILE", DefaultValueFactory = _ => "genesis.cbor" };
        LedgerCommand command = new("finish", "Put a draft and its founders' signatures together into the genesis file",
            "network finish founding.cbor riverside.sig northgate.sig central.sig agency.sig --out genesis.cbor")
        {
            Run = call => Task.FromResult(Finish(call.Value(file)!, call.Value(signatures)!, call.Value(output)!)),
        };
        command.Add(file);
        command.Add(signatures);
        command.Add(output);
        return command;
    }

    private static Result<Answer> Finish(string path, string[] files, string output)
    {
        if (!NetworkText.ReadDraft(path).TryGet(out FoundingDraft? draft, out Fault fault)) return fault;
        List<FoundingSignature> signatures = [];
        foreach (string file in files)
        {
            if (!WholeFile.Read(file, SignatureBytesMax).TryGet(out byte[]? bytes, out fault)) return fault;
            if (!FoundingSignature.Decode(bytes).TryGet(out FoundingSignature? signature, out fault)) return new Fault(fault.Code, $"{file}: {fault.Message}");
            signatures.Add(signature);
        }
        if (!draft.Assemble(signatures).TryGet(out GenesisFile? genesis, out fault)) return fault;
        WholeFile.Write(output, genesis.Bytes.Span);
        return Answer.Of(new JsonObject { ["genesis"] = genesis.Hash.ToString(), ["file"] = output, ["network"] = genesis.Network, ["members"] = genesis.Configuration.N },
            $"Genesis of {genesis.Network} in {output}, signed by all {genesis.Configuration.N} founders.", $"Hash {genesis.Hash}: publish it where members, clients and auditors find it.");
    }
}
