using HealthLedger.Client;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Read;
using HealthLedger.Client.Verify;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Checkpoints;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Receipts;

namespace HealthLedger.Cli.Load.Verify;

/// <summary>
/// Holds a file of acknowledged entries against every member, each asked alone: the receipt verifies with the genesis alone and proves what was
/// acknowledged; the patient's log has the entry once; the content opens and is the same; no two members show two blocks at one place; all come to
/// one head, and to one checkpoint.
/// </summary>
/// <param name="genesis">The network's genesis, pinned or given: the only thing that is trusted.</param>
/// <param name="wallet">Who wrote the load.</param>
/// <param name="patience">How long a member that is behind is waited for.</param>
/// <param name="wantContents">Whether records are read, which needs accesses to be committed; false where the ledger cannot commit.</param>
internal sealed class LoadVerification(GenesisFile genesis, OrganizationWallet wallet, TimeSpan patience, bool wantContents)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>What is wrong.</summary>
    public Findings Findings { get; } = new();

    /// <summary>The members that answered, in the order given.</summary>
    public IReadOnlyList<MemberProbe> Members { get; private set; } = [];

    /// <summary>Entries that the file says were acknowledged.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Receipts in the file that verify.</summary>
    public int KeptReceipts { get; private set; }

    /// <summary>For each shard the height up to which all members have shown one chain.</summary>
    public SortedDictionary<int, long> EqualUpTo { get; private set; } = [];

    /// <summary>The size of a checkpoint that all members showed; null for none.</summary>
    public long? CheckpointSize { get; private set; }

    /// <summary>Runs all checks.</summary>
    /// <param name="lines">The file.</param>
    /// <param name="nodes">Each member's address and a way to it.</param>
    /// <param name="connect">Makes a client of one member.</param>
    /// <param name="progress">Told a line now and then.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Fault?> RunAsync(IReadOnlyList<AckLine> lines, IReadOnlyList<Uri> nodes, Func<Uri, Task<Result<LedgerClient>>> connect, Action<string> progress, CancellationToken cancel)
    {
        if (lines.FirstOrDefault(line => line.Kind == "run" && line.Genesis != genesis.Hash.ToString()) is not null) return new Fault(FaultCode.ProofInvalid, "The file is of another network than the genesis.");
        OfflineVerifier verifier = new(genesis);
        ChainBook chains = new(nodes, Findings);
        AckLine[] acks = [.. lines.Where(line => line.Kind == "ack")];
        Dictionary<LedgerDid, List<AckLine>> patients = [];
        foreach (AckLine ack in acks)
        {
            if (!LedgerDid.Parse(ack.Patient!).TryGet(out LedgerDid patient, out Fault malformed)) return malformed;
            if (!patients.TryGetValue(patient, out List<AckLine>? of)) patients[patient] = of = [];
            of.Add(ack);
        }
        Acknowledged = acks.Length;
        CheckKept(lines, verifier, chains);
        List<MemberProbe> members = [];
        for (int place = 0; place < nodes.Count; place++)
        {
            if ((await connect(nodes[place])).TryGet(out LedgerClient? client, out Fault unreached)) members.Add(new MemberProbe(place, nodes[place], client, wallet, verifier, chains, Findings, patience));
            else Findings.Add(FindingKind.Unanswered, nodes[place], $"The member cannot be asked: {unreached}.");
        }
        Members = members;
        List<Permit> heads = [];
        foreach (MemberProbe member in members)
        {
            await member.CheckReceiptsAsync(acks, cancel);
            await member.CheckLogsAsync(patients, cancel);
            if (wantContents) heads.AddRange(await member.CheckContentsAsync(patients, cancel));
            progress($"{member.Node}: {member.Receipts} of {acks.Length} receipts verify, {member.Entries} entries are there once{(wantContents ? $", {member.Contents} contents open and are equal" : "")}.");
        }
        foreach (MemberProbe member in members)
            foreach (Permit head in heads) await member.CheckHeadAsync(head, cancel);
        await CheckCheckpointsAsync(members, cancel);
        EqualUpTo = chains.EqualUpTo();
        return null;
    }

    private void CheckKept(IReadOnlyList<AckLine> lines, OfflineVerifier verifier, ChainBook chains)
    {
        foreach (AckLine line in lines.Where(line => line.Kind == "receipt"))
        {
            if (!Receipt.Decode(line.Receipt).TryGet(out Receipt? receipt, out Fault fault) || !verifier.VerifyReceipt(line.Receipt).TryGet(out _, out fault))
            {
                Findings.Add(FindingKind.Proof, null, $"The receipt that was kept for statement {line.Statement} does not verify: {fault}.");
                continue;
            }
            foreach (BlockHeader header in receipt.Headers) chains.Note(null, header.Shard, header.Height, header.ComputeHash());
            KeptReceipts++;
        }
    }

    // Checkpoints follow one another about once a second: members are asked until all have shown one of the same size, and no two of one size may differ.
    private async Task CheckCheckpointsAsync(IReadOnlyList<MemberProbe> members, CancellationToken cancel)
    {
        if (members.Count == 0) return;
        Dictionary<long, (Protocol.Hash32 Root, HashSet<Uri> Shown)> seen = [];
        long since = members[0].Client.Clock.GetTimestamp();
        while (members[0].Client.Clock.GetElapsedTime(since) < patience)
        {
            foreach (MemberProbe member in members)
            {
                Result<string> note = await member.Client.Connection.CheckpointAsync(cancel);
                if (!note.IsOk) continue;
                if (await member.Client.Network.RefreshAsync(member.Client.Connection, cancel) is { Code: FaultCode.ProofInvalid } contradiction)
                {
                    Findings.Add(FindingKind.Proof, member.Node, $"The configurations do not hold: {contradiction}.");
                    return;
                }
                if (!CheckpointVerifier.Verify(note.Value, member.Client.Network.Configurations).TryGet(out VerifiedCheckpoint? checkpoint, out Fault fault))
                {
                    Findings.Add(FindingKind.Proof, member.Node, $"The checkpoint does not verify: {fault}.");
                    return;
                }
                if (!seen.TryGetValue(checkpoint.Size, out (Protocol.Hash32 Root, HashSet<Uri> Shown) known)) seen[checkpoint.Size] = known = (checkpoint.Root, []);
                if (known.Root != checkpoint.Root)
                {
                    Findings.Add(FindingKind.Fork, member.Node, $"There are two checkpoints of size {checkpoint.Size}: with root {checkpoint.Root}, and with {known.Root}.");
                    return;
                }
                known.Shown.Add(member.Node);
                if (known.Shown.Count < members.Count) continue;
                CheckpointSize = checkpoint.Size;
                return;
            }
            await Task.Delay(Pause, members[0].Client.Clock, cancel);
        }
        Findings.Add(FindingKind.Unanswered, null, "The members did not come to one checkpoint.");
    }
}
