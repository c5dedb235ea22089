using System.Collections.Concurrent;
using HealthLedger.Consensus;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Votes;
using HealthLedger.Validator.Wire;

namespace HealthLedger.Faults.Member;

/// <summary>
/// Wants every leader gone: answers each proposal with a Nack that claims a far higher promise, votes for nothing, and complains to all of epochs far ahead, again
/// and again.
/// </summary>
internal sealed class Deposer(Liar liar) : Manner
{
    private const long FarAhead = 1_000;

    private readonly ConcurrentDictionary<int, Epoch> _epochs = new();
    private int _nacks, _complaints;

    /// <inheritdoc/>
    public override string Did => $"{_nacks} proposals refused, {_complaints} complaints sent";

    /// <inheritdoc/>
    public override IEnumerable<(Hash32 To, ReadOnlyMemory<byte> Message)> Send(Hash32 to, ReadOnlyMemory<byte> message) =>
        MessageCodec.TryReadHead(message.Span, out _, out MessageKind kind, out _) && kind == MessageKind.Vote ? [] : [(to, message)];

    /// <inheritdoc/>
    public override bool Hears(Hash32 from, ReadOnlyMemory<byte> message, Action<Hash32, ReadOnlyMemory<byte>> post)
    {
        if (!MessageCodec.TryReadHead(message.Span, out int shard, out MessageKind kind, out int config) || kind != MessageKind.Propose) return true;
        if (!MessageCodec.TryDecodeProposal(message, liar.IndexOf(from), out Func<BlockInfo, ProposeCall>? call, out _)) return true;
        Epoch epoch = call(null!).Epoch;
        _epochs[shard] = epoch;
        Nack nack = new(shard, epoch with { Counter = epoch.Counter + FarAhead }, NackReason.PromisedHigher, liar.Self, null, []);
        nack = nack with { Signature = WordCodec.Sign(liar.Validator, liar.Network, nack) };
        post(from, MessageCodec.Encode(liar.Network, shard, new NackAnswer(nack) { Config = config, From = liar.Self }));
        Interlocked.Increment(ref _nacks);
        return true;
    }

    /// <inheritdoc/>
    public override void Tick(Action<Hash32, ReadOnlyMemory<byte>> post)
    {
        foreach ((int shard, Epoch epoch) in _epochs)
        {
            foreach (long ahead in (long[])[0, 1, FarAhead])
            {
                Complaint complaint = new(shard, epoch with { Counter = epoch.Counter + ahead }, liar.Self, []);
                complaint = complaint with { Signature = WordCodec.Sign(liar.Validator, liar.Network, complaint) };
                byte[] message = MessageCodec.Encode(liar.Network, shard, new ComplainCall(complaint) { Config = epoch.Config, From = liar.Self });
                foreach (Hash32 other in liar.Others) post(other, message);
                Interlocked.Increment(ref _complaints);
            }
        }
    }
}
