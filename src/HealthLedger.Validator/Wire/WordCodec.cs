using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Validator.Wire;

/// <summary>
/// What replicas and leaders sign one by one, outside a vote tree (FORMATS.md section 4): promise, complaint, hand-over, nack, status. Each is
/// <c>[body, sig]</c>, the signature over its domain and the body's bytes.
/// </summary>
internal static class WordCodec
{
    private static ReadOnlySpan<byte> DomainOf(object word) => word switch
    {
        Promise => Domains.Promise,
        Complaint => Domains.Complaint,
        HandOver => Domains.HandOver,
        Nack => Domains.Nack,
        Status => Domains.Status,
        _ => throw new ArgumentException("Nobody signs this.", nameof(word)),
    };

    /// <summary>Signs a word: one signature.</summary>
    public static byte[] Sign(ISigner signer, string network, object word)
    {
        byte[] signature = new byte[PublicKey.SignatureLength];
        signer.Sign(DomainOf(word), Body(network, word), signature);
        return signature;
    }

    /// <summary>True when the signature is the key's over this word: one verification.</summary>
    public static bool Verify(PublicKey key, string network, object word, ReadOnlySpan<byte> signature) =>
        key.Verify(DomainOf(word), Body(network, word), signature);

    /// <summary>Writes a signed word.</summary>
    public static void Write(CborWriter writer, string network, object word, ReadOnlySpan<byte> signature)
    {
        writer.WriteArrayStart(2);
        writer.WriteEncoded(Body(network, word));
        FormatItems.WriteSignature(writer, signature);
    }

    public static Promise ReadPromise(ref CborReader reader)
    {
        reader.ReadArrayStart(2);
        int left = Start(ref reader, out int config);
        int shard = 0, member = 0;
        long epoch = 0;
        Id16 leader = default;
        Certificate? held = null, committed = null;
        while (reader.NextKey(ref left, out int key))
        {
            switch (key)
            {
                case 3: shard = reader.ReadInt32(Shards.CountMax); break;
                case 4: epoch = reader.ReadCount(); break;
                case 5: leader = reader.ReadId16(); break;
                case 6: member = reader.ReadInt32(Configuration.MembersMax - 1); break;
                case 7: held = VoteCodec.Read(ref reader); break;
                case 8: committed = VoteCodec.Read(ref reader); break;
                default: reader.Fail($"A promise has no field {key}."); break;
            }
        }
        return new Promise(shard, new Epoch(config, epoch), leader, member, held, committed, FormatItems.ReadSignature(ref reader).ToArray());
    }

    public static Complaint ReadComplaint(ref CborReader reader)
    {
        (Epoch epoch, int shard, int member, _, byte[] signature) = ReadShort(ref reader, hasTo: false);
        return new Complaint(shard, epoch, member, signature);
    }

    public static HandOver ReadHandOver(ref CborReader reader)
    {
        (Epoch epoch, int shard, int member, int to, byte[] signature) = ReadShort(ref reader, hasTo: true);
        return new HandOver(shard, epoch, member, to, signature);
    }

    public static Nack ReadNack(ref CborReader reader)
    {
        reader.ReadArrayStart(2);
        int left = Start(ref reader, out int config);
        int shard = 0, member = 0, reason = 0;
        long promised = -1;
        long? needFrom = null;
        while (reader.NextKey(ref left, out int key))
        {
            switch (key)
            {
                case 3: shard = reader.ReadInt32(Shards.CountMax); break;
                case 4: promised = reader.ReadCount(); break;
                case 5: reason = reader.ReadInt32((int)NackReason.WindowFull); break;
                case 6: member = reader.ReadInt32(Configuration.MembersMax - 1); break;
                case 7: needFrom = reader.ReadCount(); break;
                default: reader.Fail($"A nack has no field {key}."); break;
            }
        }
        return new Nack(shard, new Epoch(config, promised), (NackReason)reason, member, needFrom, FormatItems.ReadSignature(ref reader).ToArray());
    }

    public static Status ReadStatus(ref CborReader reader)
    {
        reader.ReadArrayStart(2);
        int left = Start(ref reader, out int config);
        int shard = 0, member = 0;
        long promised = -1, height = 0;
        Id16 nonce = default;
        Certificate? committed = null;
        Promise? promise = null;
        SignedVote? vote = null;
        while (reader.NextKey(ref left, out int key))
        {
            switch (key)
            {
                case 3: shard = reader.ReadInt32(Shards.CountMax); break;
                case 4: promised = reader.ReadCount(); break;
                case 5: nonce = reader.ReadId16(); break;
                case 6: member = reader.ReadInt32(Configuration.MembersMax - 1); break;
                case 7: height = reader.ReadCount(); break;
                case 8: committed = VoteCodec.Read(ref reader); break;
                case 9: promise = ReadPromise(ref reader); break;
                case 10: vote = ReadVote(ref reader); break;
                default: reader.Fail($"A status has no field {key}."); break;
            }
        }
        return new Status(shard, new Epoch(config, promised), nonce, member, height, committed, promise, vote, FormatItems.ReadSignature(ref reader).ToArray());
    }

    /// <summary>A signed vote: <c>[kind, config, shard, epoch, height, block, proof]</c>.</summary>
    public static void WriteVote(CborWriter writer, SignedVote signed)
    {
        Vote vote = signed.Vote;
        writer.WriteArrayStart(7);
        writer.WriteUInt((ulong)vote.Kind);
        writer.WriteCount(vote.Epoch.Config);
        writer.WriteCount(vote.Shard);
        writer.WriteCount(vote.Epoch.Counter);
        writer.WriteCount(vote.Height);
        writer.WriteHash(vote.Block);
        VoteCodec.WriteProof(writer, signed.Proof);
    }

    public static SignedVote ReadVote(ref CborReader reader)
    {
        reader.ReadArrayStart(7);
        int kind = reader.ReadInt32((int)VoteKind.Commit);
        if (kind == 0) reader.Fail("A vote is of kind 1 or 2.", FaultCode.FormatValue);
        int config = reader.ReadInt32(), shard = reader.ReadInt32(Shards.CountMax);
        Vote vote = new((VoteKind)kind, shard, new Epoch(config, reader.ReadCount()), reader.ReadCount(), reader.ReadHash());
        return new SignedVote(vote, VoteCodec.ReadProof(ref reader));
    }

    private static (Epoch Epoch, int Shard, int Member, int To, byte[] Signature) ReadShort(ref CborReader reader, bool hasTo)
    {
        reader.ReadArrayStart(2);
        int left = Start(ref reader, out int config);
        int shard = 0, member = 0, to = 0;
        long epoch = 0;
        while (reader.NextKey(ref left, out int key))
        {
            switch (key)
            {
                case 3: shard = reader.ReadInt32(Shards.CountMax); break;
                case 4: epoch = reader.ReadCount(); break;
                case 6: member = reader.ReadInt32(Configuration.MembersMax - 1); break;
                case 7 when hasTo: to = reader.ReadInt32(Configuration.MembersMax - 1); break;
                default: reader.Fail($"The word has no field {key}."); break;
            }
        }
        return (new Epoch(config, epoch), shard, member, to, FormatItems.ReadSignature(ref reader).ToArray());
    }

    /// <summary>Network and configuration, which every word starts with. That the network is ours, the signature says.</summary>
    private static int Start(ref CborReader reader, out int config)
    {
        int pairs = reader.ReadMapStart();
        reader.ReadKey(1);
        reader.ReadTextUtf8(Protocol.Did.NetworkName.LengthMax);
        reader.ReadKey(2);
        config = reader.ReadInt32();
        return Math.Max(0, pairs - 2);
    }

    private static byte[] Body(string network, object word)
    {
        CborWriter writer = new(512);
        switch (word)
        {
            case Promise promise:
                WriteStart(writer, 6 + (promise.Lock is null ? 0 : 1) + (promise.Committed is null ? 0 : 1), network, promise.Epoch.Config, promise.Shard);
                WriteField(writer, 4, promise.Epoch.Counter);
                writer.WriteUInt(5);
                writer.WriteId16(promise.LeaderId);
                WriteField(writer, 6, promise.Member);
                WriteField(writer, 7, promise.Lock);
                WriteField(writer, 8, promise.Committed);
                break;
            case Complaint complaint:
                WriteStart(writer, 5, network, complaint.Epoch.Config, complaint.Shard);
                WriteField(writer, 4, complaint.Epoch.Counter);
                WriteField(writer, 6, complaint.Member);
                break;
            case HandOver handOver:
                WriteStart(writer, 6, network, handOver.Epoch.Config, handOver.Shard);
                WriteField(writer, 4, handOver.Epoch.Counter);
                WriteField(writer, 6, handOver.Member);
                WriteField(writer, 7, handOver.To);
                break;
            case Nack nack:
                WriteStart(writer, 5 + (nack.Promised.Counter < 0 ? 0 : 1) + (nack.NeedFrom is null ? 0 : 1), network, nack.Promised.Config, nack.Shard);
                if (nack.Promised.Counter >= 0) WriteField(writer, 4, nack.Promised.Counter);
                WriteField(writer, 5, (long)nack.Reason);
                WriteField(writer, 6, nack.Member);
                if (nack.NeedFrom is { } from) WriteField(writer, 7, from);
                break;
            case Status status:
                WriteStatus(writer, network, status);
                break;
        }
        return writer.ToArray();
    }

    private static void WriteStatus(CborWriter writer, string network, Status status)
    {
        int fields = 6 + (status.Promised.Counter < 0 ? 0 : 1) + (status.Committed is null ? 0 : 1) + (status.ShownPromise is null ? 0 : 1) + (status.ShownVote is null ? 0 : 1);
        WriteStart(writer, fields, network, status.Promised.Config, status.Shard);
        if (status.Promised.Counter >= 0) WriteField(writer, 4, status.Promised.Counter);
        writer.WriteUInt(5);
        writer.WriteId16(status.Nonce);
        WriteField(writer, 6, status.Member);
        WriteField(writer, 7, status.CommittedHeight);
        WriteField(writer, 8, status.Committed);
        if (status.ShownPromise is { } promise)
        {
            writer.WriteUInt(9);
            Write(writer, network, promise, promise.Signature);
        }
        if (status.ShownVote is { } vote)
        {
            writer.WriteUInt(10);
            WriteVote(writer, vote);
        }
    }

    private static void WriteStart(CborWriter writer, int fields, string network, int config, int shard)
    {
        writer.WriteMapStart(fields);
        writer.WriteUInt(1);
        writer.WriteText(network);
        WriteField(writer, 2, config);
        WriteField(writer, 3, shard);
    }

    private static void WriteField(CborWriter writer, int key, long value)
    {
        writer.WriteInt(key);
        writer.WriteCount(value);
    }

    private static void WriteField(CborWriter writer, int key, Certificate? value)
    {
        if (value is null) return;
        writer.WriteInt(key);
        VoteCodec.Write(writer, value);
    }
}
