using HealthLedger.Storage.Files;
using HealthLedger.Storage.Health;
using HealthLedger.Storage.Sorted;

namespace HealthLedger.Storage.Objects;

/// <summary>The vault's ciphertexts: manifests, contents, notes. Safe for concurrent use.</summary>
public sealed class ObjectStore : ObjectVault
{
    internal ObjectStore(IFileSystem files, string folder, StorageOptions options, BlockCache cache, StoreHealth health, TimeProvider time)
        : base(files, folder, "objects", DamageKind.Object, options, cache, health, time)
    {
    }
}
