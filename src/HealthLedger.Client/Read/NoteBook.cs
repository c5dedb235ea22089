using HealthLedger.Client.Caching;
using HealthLedger.Client.Keys;
using HealthLedger.Protocol.Objects;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Client.Read;

/// <summary>
/// The sealed notes of accesses. A note costs an HPKE seal for each recipient, so the same person's accesses to the same patient share one, and
/// its commitment, for a while.
/// </summary>
internal sealed class NoteBook(LedgerClient client, Party party)
{
    private const int NotesKept = 10_000;

    private readonly BoundedCache<(LedgerDid Patient, string Person, Id16? Salt, Hash32 Key), SealedNote> _notes = new(NotesKept);

    /// <summary>A note that names the person, sealed to the patient's key and to the party's own.</summary>
    public SealedNote For(LedgerDid patient, string person, Id16? salt, PublicKey patientKey)
    {
        (LedgerDid, string, Id16?, Hash32) key = (patient, person, salt, patientKey.KeyId);
        long now = client.Now;
        if (_notes.TryGet(key, out SealedNote? known) && now - known.MadeAt < client.Options.NoteReuse.TotalMilliseconds) return known;
        Id16 used = salt ?? Id16.Random(client.Random);
        PublicKey own = party.Sealing.Public;
        byte[] bytes = own.KeyId == patientKey.KeyId
            ? new Note(null, person, used).Seal(client.Random, own)
            : new Note(null, person, used).Seal(client.Random, patientKey, own);
        SealedNote made = new(bytes, VaultObject.NameOf(bytes), Note.Commit(used, person), now);
        _notes.Set(key, made);
        return made;
    }

    public void Clear() => _notes.Clear();
}

/// <summary>A sealed note, its name, and the commitment that it opens.</summary>
internal sealed record SealedNote(byte[] Bytes, Hash32 Name, Hash32 Commitment, long MadeAt);
