using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Rules.Execution;
using HealthLedger.Storage;
using HealthLedger.Storage.Health;
using HealthLedger.Validator.Objects;

namespace HealthLedger.Validator.Audit;

/// <summary>A replica's folder, opened while no replica runs on it.</summary>
public sealed class FolderSource : IAuditSource, IAsyncDisposable
{
    private readonly ReplicaStore _store;
    private readonly string _folder;
    private readonly VaultObjects _objects;

    private readonly bool _chainOnly;

    private FolderSource(ReplicaStore store, string folder, bool chainOnly) => (_store, _folder, _objects, _chainOnly) = (store, folder, new VaultObjects(store), chainOnly);

    /// <summary>Damage that was found while the folder was opened or read.</summary>
    public IReadOnlyList<Damage> Damages => _store.Health.Damages;

    /// <summary>
    /// Opens a folder; a fault where a replica runs on it or it is none. <paramref name="chainOnly"/>: what events name in the vault is not asked for,
    /// as in a restored backup, which has no wrapped keys yet.
    /// </summary>
    public static Result<FolderSource> Open(string folder, TimeProvider time, bool chainOnly = false)
    {
        if (!Directory.Exists(folder)) return new Fault(FaultCode.StoreUnusable, $"There is no folder {folder}.");
        return ReplicaStore.Open(folder, new StorageOptions { RunBackground = false }, time).TryGet(out ReplicaStore? store, out Fault fault) ? new FolderSource(store, folder, chainOnly) : fault;
    }

    /// <inheritdoc/>
    public long HeightOf(int shard) => (long)(_store.Blocks.CommittedHeight((uint)shard) ?? 0);

    /// <inheritdoc/>
    public AuditedBlock Read(int shard, long height)
    {
        ReadOnlyMemory<byte>? record = _store.Blocks.TryRead((uint)shard, (ulong)height)?.Bytes, certificate = _store.Blocks.Certificate((uint)shard, (ulong)height);
        return new AuditedBlock(record, certificate, record is null || certificate is null ? PlaceOf(shard, height) : Path.Combine(_folder, "blocks"));
    }

    /// <inheritdoc/>
    public bool HasObject(Hash32 name) => _chainOnly || _objects.TryGet(name) is not null;

    /// <inheritdoc/>
    public AuditFinding? CompareEnd(int shard, long height, Hash32 treeRoot, Func<Hash32> stateRoot)
    {
        if ((long?)_store.State((uint)shard).AppliedHeight == height && StateRoot.Compute(_store.State((uint)shard).Scan(default)) != stateRoot())
            return new AuditFinding(new AuditPlace(Path.Combine(_folder, "state"), shard, height, "rows"), new Fault(FaultCode.ProofInvalid, "The rows are not those that the blocks make."));
        if (_store.Tree((uint)shard).Size > 0 && HeightOf(shard) == height && (long?)_store.State((uint)shard).AppliedHeight == height && _store.Tree((uint)shard).Root != treeRoot)
            return new AuditFinding(new AuditPlace(Path.Combine(_folder, "trees"), shard, height, "tree"), new Fault(FaultCode.ProofInvalid, "The tree is not the one that the blocks make."));
        return null;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _store.AbandonAsync();

    private string PlaceOf(int shard, long height)
    {
        Damage? damage = _store.Health.Damages.LastOrDefault(found => found.Shard == (uint)shard && found.Height == (ulong)height);
        return damage is null ? Path.Combine(_folder, "blocks") : $"{damage.File} at byte {damage.Offset}";
    }
}
