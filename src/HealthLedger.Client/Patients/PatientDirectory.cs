using HealthLedger.Client.Caching;
using HealthLedger.Client.Keys;
using HealthLedger.Protocol.Objects;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Client.Patients;

/// <summary>The patients as one party sees them, asked for once and remembered until <see cref="Forget"/>. Bounded; safe for several threads.</summary>
/// <param name="client">The node.</param>
/// <param name="party">Who asks and opens.</param>
public sealed class PatientDirectory(LedgerClient client, Party party)
{
    private readonly BoundedCache<LedgerDid, PatientView> _views = new(client.Options.PatientsKept);

    /// <summary>Who asks and opens.</summary>
    public Party Party => party;

    /// <summary>The private segment keys that the party has opened.</summary>
    public SegmentKeyring Keyring { get; } = new(client.Options.SegmentKeysKept);

    /// <summary>A patient, from memory or from the node.</summary>
    public async Task<Result<PatientView>> GetAsync(LedgerDid patient, CancellationToken cancel = default) =>
        _views.TryGet(patient, out PatientView? known) ? known : await RefreshAsync(patient, cancel).ConfigureAwait(false);

    /// <summary>A patient, from the node.</summary>
    public async Task<Result<PatientView>> RefreshAsync(LedgerDid patient, CancellationToken cancel = default)
    {
        Result<PatientHead> answer = await client.Queries.PatientHeadAsync(party, patient, cancel).ConfigureAwait(false);
        if (!answer.TryGet(out PatientHead? head, out Fault fault)) return fault;
        if (head.Did != patient.ToString()) return new Fault(FaultCode.ConnectionFailed, "The node answered about another patient.");
        if (!Open(patient, head).TryGet(out PatientView? view, out fault)) return fault;
        _views.Set(patient, view);
        return view;
    }

    /// <summary>Forgets a patient's head, for instance after a segment's key was rotated.</summary>
    public void Forget(LedgerDid patient) => _views.Remove(patient);

    /// <summary>Forgets everything, private keys first.</summary>
    public void DropKeys()
    {
        Keyring.Clear();
        _views.Clear();
    }

    private Result<PatientView> Open(LedgerDid patient, PatientHead head)
    {
        if (!Keyring.Open(head.SealedKeys, party.Sealing).TryGet(out IReadOnlyList<LabelledKey>? keys, out Fault fault)) return fault;
        Dictionary<Id16, string> labels = [];
        foreach (ReadOnlyMemory<byte> bytes in head.DepositCards)
        {
            if (!SealedObject.Decode(bytes).TryGet(out SealedObject? card, out fault)) return fault;
            if (card.Kind != ObjectKind.DepositCard || card.Recipient != party.Sealing.Public.KeyId) continue;
            if (!SealedTo.OpenDepositCard(card, party.Sealing).TryGet(out LabelledSegment[]? pairs, out fault)) return fault;
            foreach ((string label, Id16 segment) in pairs) labels[segment] = label;
        }
        foreach (LabelledKey key in keys) labels[key.Segment] = key.Label;
        List<KnownSegment> segments = [];
        foreach (PatientSegment segment in head.Segments)
        {
            if (!labels.TryGetValue(segment.Id, out string? label)) continue;
            if (!LedgerDid.Parse(segment.Owner).TryGet(out LedgerDid owner, out fault)) return fault;
            segments.Add(new KnownSegment(segment.Id, label, segment.Key, owner));
        }
        return new PatientView(patient, head, segments);
    }
}
