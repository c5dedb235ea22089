using HealthLedger.Consensus;
using HealthLedger.Consensus.Log;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Votes;
using HealthLedger.Validator.Wire;
using VoteFile = HealthLedger.Storage.Votes.VoteLog;

namespace HealthLedger.Validator.Sharding;

/// <summary>
/// One shard's part of the vote log on the disk: a snapshot, and the records since. A snapshot says up to which record it speaks, so that it does
/// not matter whether the records below it were released before a crash.
/// </summary>
internal sealed class VoteRecords(VoteFile file, int shard, string network, ulong next)
{
    private const byte RecordKind = 1, SnapshotKind = 2;
    private const int RecordsPerSnapshot = 512;
    private readonly CborWriter _writer = new(1024);
    private ulong _next = next;
    private int _sinceSnapshot;

    /// <summary>Folds what is on the disk; the log is null when the machine must not vote.</summary>
    /// <exception cref="InvalidDataException">The files are sound but were not written by this software.</exception>
    public static (VoteRecords Records, VoteLog? Log) Load(VoteFile file, int shard, string network, Epoch first, bool mayVote)
    {
        VoteLog log = new(first);
        ulong next = 0;
        List<Storage.Votes.VoteRecord> own = [.. file.Live.Where(record => record.Shard == shard)];
        // What is left of a lost log, and what was learnt since, do not make one history: nothing of it is folded.
        if (!mayVote) return (new VoteRecords(file, shard, network, own.Where(record => record.Kind == RecordKind).Select(record => record.Slot + 1).DefaultIfEmpty().Max()), null);
        foreach (Storage.Votes.VoteRecord snapshot in own.Where(record => record.Kind == SnapshotKind))
        {
            CborReader reader = new(snapshot.Bytes.Span);
            int count = reader.ReadArrayStart() - 1;
            next = reader.ReadUInt();
            for (int i = 0; i < count && !reader.Failed; i++) Apply(log, VoteRecordCodec.Read(ref reader));
            if (!reader.End()) throw new InvalidDataException($"The vote log's snapshot of shard {shard} cannot be read: {reader.Fault}");
        }
        foreach (Storage.Votes.VoteRecord record in own.Where(record => record.Kind == RecordKind).OrderBy(record => record.Slot))
        {
            if (record.Slot < next) continue;
            CborReader reader = new(record.Bytes.Span);
            VoteRecord? read = VoteRecordCodec.Read(ref reader);
            if (!reader.End()) throw new InvalidDataException($"A record of the vote log of shard {shard} cannot be read: {reader.Fault}");
            Apply(log, read);
            next = record.Slot + 1;
        }
        return (new VoteRecords(file, shard, network, next), log);
    }

    /// <summary>Puts a record into the next flush.</summary>
    public void Stage(VoteRecord record)
    {
        _writer.Reset();
        VoteRecordCodec.Write(_writer, network, record);
        file.Append((uint)shard, RecordKind, _next++, _writer.WrittenSpan);
        _sinceSnapshot++;
    }

    /// <summary>Every few hundred records, when all that the log holds is staged: writes a snapshot and lets go of the records.</summary>
    public void CompactIfDue(VoteLog log, Func<BlockRef, BlockInfo?> blockOf)
    {
        if (_sinceSnapshot < RecordsPerSnapshot) return;
        List<VoteRecord> records = [.. log.Snapshot(blockOf)];
        _writer.Reset();
        _writer.WriteArrayStart(1 + records.Count);
        _writer.WriteUInt(_next);
        foreach (VoteRecord record in records) VoteRecordCodec.Write(_writer, network, record);
        file.Append((uint)shard, SnapshotKind, 0, _writer.WrittenSpan);
        file.Release((uint)shard, RecordKind, _next);
        _sinceSnapshot = 0;
    }

    private static void Apply(VoteLog log, VoteRecord? record)
    {
        if (record is not null) log.Apply(record);
    }
}
