using HealthLedger.Protocol;
using HealthLedger.Protocol.Keys;
using HealthLedger.Storage.Files;

namespace HealthLedger.Validator.Configurations;

/// <summary>
/// The note, in a replica's folder, that its member has got a validator key which has signed nothing yet (PROTOCOL section 4, rule 9): the replica begins an empty
/// vote log with it, also where the one before was lost or belongs to the key before. Written when the key is made, gone before the key signs.
/// </summary>
/// <param name="folder">The replica's folder.</param>
public sealed class RenewedKey(string folder)
{
    private readonly string _path = Path.Combine(folder, "renewed-key");

    /// <summary>Notes a key that has just been made. The replica is stopped.</summary>
    public void Note(Hash32 validatorKey)
    {
        using (FileStream file = new(_path, FileMode.Create, FileAccess.Write))
        {
            file.Write(validatorKey.ToArray());
            file.Flush(flushToDisk: true);
        }
        new LocalFileSystem().FlushFolder(folder);
    }

    /// <summary>True where the note is there and names the only key that the member signs with.</summary>
    internal bool IsOnly(IReadOnlyList<ISigner> keys) =>
        File.Exists(_path) && File.ReadAllBytes(_path) is { Length: Hash32.Length } noted && keys is [var only] && only.Public.KeyId == new Hash32(noted);

    /// <summary>Takes the note away; durable on return.</summary>
    internal void Forget()
    {
        if (!File.Exists(_path)) return;
        File.Delete(_path);
        new LocalFileSystem().FlushFolder(folder);
    }
}
