using HealthLedger.Consensus;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Validator.Wire;

/// <summary>What a posted message is; its second item.</summary>
internal enum MessageKind : byte
{
    NewEpoch = 1,
    Propose = 2,
    Lock = 3,
    Decide = 4,
    Complain = 5,
    Status = 6,
    HandOver = 7,
    Promise = 8,
    Vote = 9,
    Nack = 10,
    StatusAnswer = 11,
    Forward = 12,
    Objects = 13,
    Cosignature = 14,
    Share = 15,
}

/// <summary>
/// The messages that members post to each other: <c>[shard, kind, config, parts...]</c>. Bounded by what they are made of; who sends is the link's to prove
/// and is not in them: the link's member has its index in the configuration that the head names.
/// </summary>
internal static class MessageCodec
{
    /// <summary>Most bytes of a posted message: a block with certificates and promises, or an envelope's objects.</summary>
    public const int BytesMax = 40 << 20;

    /// <summary>Reads shard, kind and configuration alone.</summary>
    public static bool TryReadHead(ReadOnlySpan<byte> bytes, out int shard, out MessageKind kind, out int config)
    {
        CborReader reader = new(bytes);
        reader.ReadArrayStart();
        shard = reader.ReadInt32(Shards.CountMax);
        kind = (MessageKind)reader.ReadInt32((int)MessageKind.Share);
        config = reader.ReadInt32();
        return !reader.Failed && kind != 0;
    }

    /// <summary>Encodes a message of the replication. A proposal takes its block's bytes with it.</summary>
    public static byte[] Encode(string network, int shard, Message message, ReadOnlyMemory<byte> block = default)
    {
        CborWriter writer = new(1024 + block.Length);
        switch (message)
        {
            case NewEpochCall call:
                Start(writer, 7, shard, MessageKind.NewEpoch, message.Config);
                WriteEpoch(writer, call.Epoch, call.LeaderId);
                writer.WriteArrayStart(call.Complaints.Length);
                foreach (Complaint complaint in call.Complaints) WordCodec.Write(writer, network, complaint, complaint.Signature);
                if (call.HandOver is { } given) WordCodec.Write(writer, network, given, given.Signature);
                else writer.WriteNull();
                break;
            case ProposeCall call:
                Start(writer, 8, shard, MessageKind.Propose, message.Config);
                WriteEpoch(writer, call.Epoch, call.LeaderId);
                WriteCertificate(writer, call.Committed);
                writer.WriteArrayStart(call.Promises?.Length ?? 0);
                foreach (Promise promise in call.Promises ?? []) WordCodec.Write(writer, network, promise, promise.Signature);
                writer.WriteBytes(block.Span);
                break;
            case LockCall call:
                Start(writer, 6, shard, MessageKind.Lock, message.Config);
                WriteEpoch(writer, call.Epoch, call.LeaderId);
                VoteCodec.Write(writer, call.Prepared);
                break;
            case DecideCall call:
                Start(writer, 4, shard, MessageKind.Decide, message.Config);
                VoteCodec.Write(writer, call.Committed);
                break;
            case ComplainCall call:
                Start(writer, 4, shard, MessageKind.Complain, message.Config);
                WordCodec.Write(writer, network, call.Complaint, call.Complaint.Signature);
                break;
            case StatusCall call:
                Start(writer, 4, shard, MessageKind.Status, message.Config);
                writer.WriteId16(call.Nonce);
                break;
            case HandOverCall call:
                Start(writer, 4, shard, MessageKind.HandOver, message.Config);
                WordCodec.Write(writer, network, call.HandOver, call.HandOver.Signature);
                break;
            case PromiseAnswer answer:
                Start(writer, 4, shard, MessageKind.Promise, message.Config);
                WordCodec.Write(writer, network, answer.Promise, answer.Promise.Signature);
                break;
            case VoteAnswer answer:
                Start(writer, 4, shard, MessageKind.Vote, message.Config);
                WordCodec.WriteVote(writer, answer.Vote);
                break;
            case NackAnswer answer:
                Start(writer, 4, shard, MessageKind.Nack, message.Config);
                WordCodec.Write(writer, network, answer.Nack, answer.Nack.Signature);
                break;
            case StatusAnswer answer:
                Start(writer, 4, shard, MessageKind.StatusAnswer, message.Config);
                WordCodec.Write(writer, network, answer.Status, answer.Status.Signature);
                break;
            default:
                throw new ArgumentException("The message is not one that members send.", nameof(message));
        }
        return writer.ToArray();
    }

    /// <summary>Encodes bytes that are not the replication's: a forwarded envelope, objects, a cosignature.</summary>
    public static byte[] Encode(int shard, MessageKind kind, int config, ReadOnlySpan<byte> payload)
    {
        CborWriter writer = new(payload.Length + 16);
        Start(writer, 4, shard, kind, config);
        writer.WriteBytes(payload);
        return writer.ToArray();
    }

    /// <summary>Reads such bytes, in place.</summary>
    public static bool TryDecodePayload(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> payload)
    {
        CborReader reader = new(bytes.Span);
        reader.ReadArrayStart(4);
        reader.ReadEncoded();
        reader.ReadEncoded();
        reader.ReadEncoded();
        int length = reader.ReadBytes().Length;
        payload = bytes.Slice(reader.Position - length, length);
        return reader.End();
    }

    /// <summary>Reads a proposal: all but the block, whose bytes are given in place.</summary>
    public static bool TryDecodeProposal(ReadOnlyMemory<byte> bytes, int from, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Func<BlockInfo, ProposeCall>? call, out ReadOnlyMemory<byte> block)
    {
        CborReader reader = new(bytes.Span);
        reader.ReadArrayStart(8);
        reader.ReadEncoded();
        reader.ReadEncoded();
        int config = reader.ReadInt32();
        (Epoch epoch, Id16 leaderId) = ReadEpoch(ref reader);
        Certificate? committed = ReadCertificate(ref reader);
        Promise[] promises = new Promise[Bounded(ref reader)];
        for (int i = 0; i < promises.Length; i++) promises[i] = WordCodec.ReadPromise(ref reader);
        int length = reader.ReadBytes().Length;
        block = bytes.Slice(reader.Position - length, length);
        call = reader.End() ? info => new ProposeCall(epoch, leaderId, info, committed, promises.Length == 0 ? null : promises) { From = from, Config = config } : null;
        return call is not null;
    }

    /// <summary>Reads any other message of the replication; null when it is malformed.</summary>
    public static Message? Decode(ReadOnlySpan<byte> bytes, int from)
    {
        CborReader reader = new(bytes);
        reader.ReadArrayStart();
        reader.ReadInt32();
        MessageKind kind = (MessageKind)reader.ReadInt32();
        int config = reader.ReadInt32();
        Message? message = Read(ref reader, kind);
        return reader.End() && message is not null ? message with { From = from, Config = config } : null;
    }

    private static Message? Read(ref CborReader reader, MessageKind kind)
    {
        switch (kind)
        {
            case MessageKind.NewEpoch:
                (Epoch epoch, Id16 leaderId) = ReadEpoch(ref reader);
                Complaint[] complaints = new Complaint[Bounded(ref reader)];
                for (int i = 0; i < complaints.Length; i++) complaints[i] = WordCodec.ReadComplaint(ref reader);
                HandOver? given = reader.TryReadNull() ? null : WordCodec.ReadHandOver(ref reader);
                return new NewEpochCall(epoch, leaderId, complaints, given);
            case MessageKind.Lock:
                (epoch, leaderId) = ReadEpoch(ref reader);
                return VoteCodec.Read(ref reader) is { } prepared ? new LockCall(epoch, leaderId, prepared) : null;
            case MessageKind.Decide: return VoteCodec.Read(ref reader) is { } committed ? new DecideCall(committed) : null;
            case MessageKind.Complain: return new ComplainCall(WordCodec.ReadComplaint(ref reader));
            case MessageKind.Status: return new StatusCall(reader.ReadId16());
            case MessageKind.HandOver: return new HandOverCall(WordCodec.ReadHandOver(ref reader));
            case MessageKind.Promise: return new PromiseAnswer(WordCodec.ReadPromise(ref reader));
            case MessageKind.Vote: return new VoteAnswer(WordCodec.ReadVote(ref reader));
            case MessageKind.Nack: return new NackAnswer(WordCodec.ReadNack(ref reader));
            case MessageKind.StatusAnswer: return new StatusAnswer(WordCodec.ReadStatus(ref reader));
            default: reader.Fail("The message is of no kind that is posted."); return null;
        }
    }

    private static void Start(CborWriter writer, int items, int shard, MessageKind kind, int config)
    {
        writer.WriteArrayStart(items);
        writer.WriteCount(shard);
        writer.WriteUInt((ulong)kind);
        writer.WriteCount(config);
    }

    private static void WriteEpoch(CborWriter writer, Epoch epoch, Id16 leaderId)
    {
        writer.WriteArrayStart(2);
        writer.WriteCount(epoch.Config);
        writer.WriteCount(epoch.Counter);
        writer.WriteId16(leaderId);
    }

    private static (Epoch Epoch, Id16 LeaderId) ReadEpoch(ref CborReader reader)
    {
        reader.ReadArrayStart(2);
        Epoch epoch = new(reader.ReadInt32(), reader.ReadCount());
        return (epoch, reader.ReadId16());
    }

    private static void WriteCertificate(CborWriter writer, Certificate? certificate)
    {
        if (certificate is null) writer.WriteNull();
        else VoteCodec.Write(writer, certificate);
    }

    private static Certificate? ReadCertificate(ref CborReader reader) => reader.TryReadNull() ? null : VoteCodec.Read(ref reader);

    private static int Bounded(ref CborReader reader)
    {
        int count = reader.ReadArrayStart();
        if (count > Configuration.MembersMax) reader.Fail("There are more signatures than members.");
        return reader.Failed ? 0 : count;
    }
}
