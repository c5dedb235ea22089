using System.Security.Cryptography;
using HealthLedger.Consensus;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Votes;
using HealthLedger.Validator.Wire;

namespace HealthLedger.Faults.Member;

/// <summary>
/// A leader that proposes two blocks for one height: its own to one member, another one to the two others. It votes for both, makes a prepare certificate of the second
/// one, and shows that to one member only. Of others' blocks it votes for a second one that does not exist.
/// </summary>
internal sealed class Equivocator(Liar liar) : Manner
{
    private const int RememberedMax = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<Hash32, (ProposeCall Call, int Shard, List<VoteProof> Votes)> _second = [];
    private readonly Dictionary<Hash32, (Block Block, ReadOnlyMemory<byte> Message)> _twins = [];
    private int _proposals, _doubleVotes, _certificates;

    /// <inheritdoc/>
    public override string Did => $"{_proposals} second proposals sent, {_certificates} prepare certificates made of them, {_doubleVotes} second votes";

    /// <inheritdoc/>
    public override IEnumerable<(Hash32 To, ReadOnlyMemory<byte> Message)> Send(Hash32 to, ReadOnlyMemory<byte> message)
    {
        if (!MessageCodec.TryReadHead(message.Span, out int shard, out MessageKind kind, out int config)) return [(to, message)];
        if (kind == MessageKind.Propose && to != liar.Others[0] && Twin(shard, message) is { } twin) return [(to, twin)];
        if (kind == MessageKind.Vote && MessageCodec.Decode(message.Span, liar.Self) is VoteAnswer { Vote: var vote })
        {
            Vote other = vote.Vote with { Block = new Hash32(SHA256.HashData(vote.Vote.Block.ToArray())) };
            VoteProof proof = VoteCodec.Sign(liar.Validator, liar.Network, liar.Self, [other])[0];
            Interlocked.Increment(ref _doubleVotes);
            return [(to, message), (to, MessageCodec.Encode(liar.Network, shard, new VoteAnswer(new SignedVote(other, proof)) { Config = config, From = liar.Self }))];
        }
        return [(to, message)];
    }

    /// <inheritdoc/>
    public override bool Hears(Hash32 from, ReadOnlyMemory<byte> message, Action<Hash32, ReadOnlyMemory<byte>> post)
    {
        if (!MessageCodec.TryReadHead(message.Span, out _, out MessageKind kind, out _) || kind != MessageKind.Vote) return true;
        if (MessageCodec.Decode(message.Span, liar.IndexOf(from)) is not VoteAnswer { Vote: { Vote.Kind: VoteKind.Prepare } vote }) return true;
        lock (_gate)
        {
            if (!_second.TryGetValue(vote.Vote.Block, out (ProposeCall Call, int Shard, List<VoteProof> Votes) second)) return true;
            if (second.Votes.Exists(known => known.Member == vote.Proof.Member)) return false;
            second.Votes.Add(vote.Proof);
            if (second.Votes.Count < liar.Genesis.Configuration.Q - 1) return false;
            VoteProof own = VoteCodec.Sign(liar.Validator, liar.Network, liar.Self, [vote.Vote])[0];
            Certificate prepared = new(vote.Vote, [.. second.Votes.Append(own).OrderBy(proof => proof.Member)]);
            _certificates++;
            post(liar.Others[1], MessageCodec.Encode(liar.Network, second.Shard, new LockCall(second.Call.Epoch, second.Call.LeaderId, prepared) { Config = second.Call.Config, From = liar.Self }));
        }
        return false;
    }

    // The same body a millisecond later: another block, as valid as the first.
    private ReadOnlyMemory<byte>? Twin(int shard, ReadOnlyMemory<byte> message)
    {
        if (!MessageCodec.TryDecodeProposal(message, liar.Self, out Func<BlockInfo, ProposeCall>? call, out ReadOnlyMemory<byte> bytes)) return null;
        if (!Block.Decode(bytes).TryGet(out Block? block, out _)) return null;
        lock (_gate)
        {
            if (_twins.Count > RememberedMax) _twins.Clear();
            if (_second.Count > RememberedMax) _second.Clear();
            if (!_twins.TryGetValue(block.Hash, out (Block Block, ReadOnlyMemory<byte> Message) twin))
            {
                if (!Block.Create(block.Header with { Time = block.Header.Time + 1 }, block.Items).TryGet(out Block? second, out _)) return null;
                ProposeCall proposed = call(InfoOf(second));
                _twins[block.Hash] = twin = (second, MessageCodec.Encode(liar.Network, shard, proposed, second.Bytes));
                _second[second.Hash] = (proposed, shard, []);
                _proposals++;
            }
            return twin.Message;
        }
    }

    private static BlockInfo InfoOf(Block block) => new(
        block.Hash, block.Header.Shard, block.Header.Config, block.Header.Height, block.Header.Parent, block.Header.DirectoryHeight, block.Header.Time, block.Header.TreeSize,
        block.Items is [StopItem], block.Items is [CheckpointItem, ..]);
}
