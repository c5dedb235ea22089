using HealthLedger.Protocol;
using HealthLedger.Storage.Files;
using HealthLedger.Storage.Health;
using HealthLedger.Storage.Sorted;

namespace HealthLedger.Storage.Objects;

/// <summary>
/// The erasable key store: wrapped keys, envelopes, sealed keys (kinds 3 to 8). Its files are never part of a backup. Safe for
/// concurrent use.
/// </summary>
public sealed class KeyStore : ObjectVault
{
    internal KeyStore(IFileSystem files, string folder, StorageOptions options, BlockCache cache, StoreHealth health, TimeProvider time)
        : base(files, folder, "keys", DamageKind.Key, options, cache, health, time)
    {
    }

    /// <summary>True for the kinds of object that live here (the second byte of an object, FORMATS.md section 6).</summary>
    public static bool Holds(byte kind) => kind is >= 3 and <= 8;

    /// <summary>
    /// Forgets an object for good: its bytes on the disk are overwritten before this returns, and a crash in between is finished at the
    /// next start. False where it is not here.
    /// </summary>
    public async ValueTask<bool> EraseAsync(Hash32 name) => await EraseRecordsAsync([name]).ConfigureAwait(false) > 0;

    /// <summary>The same for many at once, with one flush; how many were here.</summary>
    public ValueTask<int> EraseManyAsync(IReadOnlyList<Hash32> names) => EraseRecordsAsync(names);
}
