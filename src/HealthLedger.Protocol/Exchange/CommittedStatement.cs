using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Exchange;

/// <summary>
/// Where a statement was committed and what the rules decided on each of its events: the answer to a submission and to a look-up by
/// id. It is the node's word; the receipt proves it.
/// </summary>
/// <param name="StatementId">The statement's id.</param>
/// <param name="Shard">Its shard.</param>
/// <param name="Height">The height of its block.</param>
/// <param name="Time">The block's time in milliseconds since 1970.</param>
/// <param name="StatementLeaf">The leaf index of the statement in the shard's tree; the entry of event i is at <see cref="EntryLeaf"/>.</param>
/// <param name="Outcomes">One encoded outcome (FORMATS.md section 2) for each event, in order.</param>
public sealed record CommittedStatement(
    Hash32 StatementId, int Shard, long Height, long Time, long StatementLeaf, IReadOnlyList<ReadOnlyMemory<byte>> Outcomes)
{
    /// <summary>The leaf index of the entry of event <paramref name="index"/>.</summary>
    public long EntryLeaf(int index) => StatementLeaf + 1 + index;

    /// <summary>The canonical CBOR.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(128 + 8 * Outcomes.Count);
        writer.WriteMapStart(6);
        writer.WriteInt(1);
        writer.WriteHash(StatementId);
        writer.WriteInt(2);
        writer.WriteInt(Shard);
        writer.WriteInt(3);
        writer.WriteInt(Height);
        writer.WriteInt(4);
        writer.WriteInt(Time);
        writer.WriteInt(5);
        writer.WriteInt(StatementLeaf);
        writer.WriteInt(6);
        ExchangeCodec.WriteList(writer, Outcomes, static (w, outcome) => w.WriteEncoded(outcome.Span));
        return writer.ToArray();
    }

    /// <summary>Decodes one; the outcomes point into <paramref name="encoded"/>.</summary>
    public static Result<CommittedStatement> Decode(ReadOnlyMemory<byte> encoded) =>
        ExchangeCodec.Decode(encoded, ExchangeLimits.SubmissionBytesMax, static (ref CborReader reader, ReadOnlyMemory<byte> source) =>
        {
            if (reader.ReadMapStart() != 6) reader.Fail("A committed statement has six fields.");
            reader.ReadKey(1);
            Hash32 id = reader.ReadHash();
            reader.ReadKey(2);
            int shard = reader.ReadInt32();
            reader.ReadKey(3);
            long height = ExchangeCodec.ReadLong(ref reader);
            reader.ReadKey(4);
            long time = ExchangeCodec.ReadTime(ref reader);
            reader.ReadKey(5);
            long leaf = ExchangeCodec.ReadLong(ref reader);
            reader.ReadKey(6);
            ReadOnlyMemory<byte>[] outcomes = ExchangeCodec.ReadList(ref reader, source, ExchangeLimits.EventsMax, ExchangeCodec.ReadEncoded);
            return new CommittedStatement(id, shard, height, time, leaf, outcomes);
        });
}
