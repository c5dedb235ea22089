using HealthLedger.Protocol;
using HealthLedger.Storage;
using HealthLedger.Storage.Objects;

namespace HealthLedger.Validator.Objects;

/// <summary>The two stores of vault objects as one: kinds 3 to 8 in the erasable key store, the others among the ciphertexts (FORMATS.md section 6).</summary>
internal sealed class VaultObjects(ReplicaStore store)
{
    private const int KindAt = 1;

    /// <summary>Stages an object; durable with the next flush. Its name; null where the bytes are no object.</summary>
    public Hash32? Put(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= KindAt || bytes.Length > ObjectVault.ObjectBytesMax) return null;
        return KeyStore.Holds(bytes[KindAt]) ? store.Keys.Put(bytes) : store.Objects.Put(bytes);
    }

    /// <summary>An object; null where it is missing or damaged, which is then reported.</summary>
    public ReadOnlyMemory<byte>? TryGet(Hash32 name) => store.Objects.Has(name) ? store.Objects.TryGet(name) : store.Keys.TryGet(name);

    /// <summary>True where the object is here, staged or durable.</summary>
    public bool Has(Hash32 name) => store.Objects.Has(name) || store.Keys.Has(name);

    /// <summary>True where all are.</summary>
    public bool HasAll(ReadOnlySpan<Hash32> names)
    {
        foreach (Hash32 name in names)
            if (!Has(name)) return false;
        return true;
    }

    /// <summary>Stages that a voted block names these: they are not collected.</summary>
    public void MarkNamed(ReadOnlySpan<Hash32> names)
    {
        if (names.IsEmpty) return;
        store.Objects.MarkNamed(names);
        store.Keys.MarkNamed(names);
    }

    /// <summary>Waits while too much is staged for the disk.</summary>
    public async ValueTask RoomAsync()
    {
        await store.Objects.PutManyAsync([]);
    }
}
