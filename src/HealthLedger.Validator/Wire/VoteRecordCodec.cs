using HealthLedger.Consensus;
using HealthLedger.Consensus.Log;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Validator.Wire;

/// <summary>
/// Records of the vote log as this replica's own disk keeps them: <c>[kind, parts...]</c>. Nobody else reads them. The promise in a record is
/// unsigned; its signature is made again when it is sent again.
/// </summary>
internal static class VoteRecordCodec
{
    public static void Write(CborWriter writer, string network, VoteRecord record)
    {
        switch (record)
        {
            case Promised promised:
                Start(writer, 2, 1);
                WordCodec.Write(writer, network, promised.Promise, new byte[64]);
                break;
            case Entered entered:
                Start(writer, 4, 2);
                WriteEpoch(writer, entered.Epoch);
                writer.WriteId16(entered.LeaderId);
                break;
            case BaseChosen chosen:
                Start(writer, 6, 3);
                WriteEpoch(writer, chosen.Epoch);
                writer.WriteCount(chosen.Block.Height);
                writer.WriteHash(chosen.Block.Hash);
                writer.WriteBool(chosen.VoteAgain);
                break;
            case Prepared prepared:
                Start(writer, 13, 4);
                WriteEpoch(writer, prepared.Epoch);
                WriteBlock(writer, prepared.Block);
                break;
            case Locked locked:
                Start(writer, 2, 5);
                VoteCodec.Write(writer, locked.Certificate);
                break;
            case CommitKnown known:
                Start(writer, 2, 6);
                VoteCodec.Write(writer, known.Certificate);
                break;
            case Cosigned cosigned:
                Start(writer, 2, 7);
                writer.WriteCount(cosigned.TreeSize);
                break;
            case VotedUpTo voted:
                Start(writer, 4, 8);
                WriteEpoch(writer, voted.Epoch);
                writer.WriteCount(voted.Height);
                break;
            default:
                throw new InvariantViolation("A record of the vote log has a type nobody keeps.");
        }
    }

    /// <summary>Reads a record; null when the reader failed, which on a checked file means a version that this software does not know.</summary>
    public static VoteRecord? Read(ref CborReader reader)
    {
        reader.ReadArrayStart();
        switch (reader.ReadInt32())
        {
            case 1:
                Promise promise = WordCodec.ReadPromise(ref reader);
                return new Promised(promise with { Signature = [] });
            case 2: return new Entered(ReadEpoch(ref reader), reader.ReadId16());
            case 3: return new BaseChosen(ReadEpoch(ref reader), new BlockRef(reader.ReadCount(), reader.ReadHash()), reader.ReadBool());
            case 4: return new Prepared(ReadEpoch(ref reader), ReadBlock(ref reader));
            case 5: return VoteCodec.Read(ref reader) is { } held ? new Locked(held) : null;
            case 6: return VoteCodec.Read(ref reader) is { } known ? new CommitKnown(known) : null;
            case 7: return new Cosigned(reader.ReadCount());
            case 8: return new VotedUpTo(ReadEpoch(ref reader), reader.ReadCount());
            default: reader.Fail("The record is of no kind that is kept."); return null;
        }
    }

    private static void Start(CborWriter writer, int items, int kind)
    {
        writer.WriteArrayStart(items);
        writer.WriteInt(kind);
    }

    private static void WriteEpoch(CborWriter writer, Epoch epoch)
    {
        writer.WriteCount(epoch.Config);
        writer.WriteInt(epoch.Counter);
    }

    private static Epoch ReadEpoch(ref CborReader reader) => new(reader.ReadInt32(), reader.ReadInt());

    private static void WriteBlock(CborWriter writer, BlockInfo block)
    {
        writer.WriteHash(block.Hash);
        writer.WriteCount(block.Shard);
        writer.WriteCount(block.Config);
        writer.WriteCount(block.Height);
        writer.WriteHash(block.Parent);
        writer.WriteCount(block.DirectoryHeight);
        writer.WriteCount(block.Time);
        writer.WriteCount(block.TreeSize);
        writer.WriteBool(block.IsStop);
        writer.WriteBool(block.IsCheckpoint);
    }

    private static BlockInfo ReadBlock(ref CborReader reader) => new(
        reader.ReadHash(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadCount(), reader.ReadHash(), reader.ReadCount(), reader.ReadCount(),
        reader.ReadCount(), reader.ReadBool(), reader.ReadBool());
}
