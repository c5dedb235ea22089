namespace HealthLedger.Validator.Audit;

/// <summary>Where an audit reads committed blocks. Called by several threads, for different shards.</summary>
public interface IAuditSource
{
    /// <summary>The highest committed height of a shard; 0 where there is none.</summary>
    long HeightOf(int shard);

    /// <summary>A committed block's <c>BlockRecord</c> and its certificate (empty where a later one covers it); null parts are missing or unreadable.</summary>
    AuditedBlock Read(int shard, long height);

    /// <summary>An object that an event names is there and has its name; true also where the source has no objects.</summary>
    bool HasObject(Protocol.Hash32 name);

    /// <summary>A fault in what else the source keeps of a shard (rows, tree), compared with what its blocks make; null when it agrees or keeps nothing.</summary>
    AuditFinding? CompareEnd(int shard, long height, Protocol.Hash32 treeRoot, Func<Protocol.Hash32> stateRoot);
}

/// <summary>One block as a source has it.</summary>
/// <param name="Record">The encoded record; null where it cannot be read.</param>
/// <param name="Certificate">The encoded certificate; empty for none; null where it cannot be read.</param>
/// <param name="File">The file, with the offset where it is known.</param>
public readonly record struct AuditedBlock(ReadOnlyMemory<byte>? Record, ReadOnlyMemory<byte>? Certificate, string File);
