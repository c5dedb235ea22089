using HealthLedger.Client.Keys;
using HealthLedger.Client.Submit;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Client.Patients;

/// <summary>Begins patients' identities, opens their segments, hands them over at the claim. Safe for several threads.</summary>
/// <param name="client">The node.</param>
public sealed class PatientRegistry(LedgerClient client)
{
    /// <summary>The identity that a steward's patient has, or will have, by the patient's id in the source: computed, not asked.</summary>
    public LedgerDid StewardedDid(OrganizationWallet steward, string system, string id) => PatientWallet.DidOf(client.Network.Name, Inception(steward, system, id));

    /// <summary>
    /// The patient with this id in the source, begun if the ledger does not have it yet: one atomic statement with the identity and all segments.
    /// Again and after a crash it finds the same patient.
    /// </summary>
    /// <param name="steward">The provider that holds the identity until the claim.</param>
    /// <param name="directory">The steward's view; gets the new patient.</param>
    /// <param name="system">The source system.</param>
    /// <param name="id">The patient's id there.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Result<PatientView>> EnsureStewardedAsync(OrganizationWallet steward, PatientDirectory directory, string system, string id, CancellationToken cancel = default)
    {
        InceptBody inception = Inception(steward, system, id);
        LedgerDid did = PatientWallet.DidOf(client.Network.Name, inception);
        Result<PatientView> known = await directory.GetAsync(did, cancel).ConfigureAwait(false);
        if (known.IsOk || known.Fault.Code is not (FaultCode.NotFound or FaultCode.SubjectUnknown)) return known;
        Result<WrittenStatement> begun = await InceptAsync(inception, steward.StewardOf(did), cancel).ConfigureAwait(false);
        // Somebody else of the same organization may have begun the patient a moment ago; then the head says so.
        Result<PatientView> view = await directory.RefreshAsync(did, cancel).ConfigureAwait(false);
        return view.IsOk || begun.IsOk ? view : begun.Fault;
    }

    /// <summary>Begins an identity that the patient's own wallet controls, with all segments.</summary>
    public async Task<Result<WrittenStatement>> InceptAsync(PatientWallet wallet, CancellationToken cancel = default) =>
        wallet.Salt is { } salt
            ? await InceptAsync(new InceptBody { Salt = salt, Key = wallet.Control.Public }, wallet.Authority, cancel).ConfigureAwait(false)
            : new Fault(FaultCode.InceptionMismatch, "The wallet is for an identity that a steward began: claim it.");

    /// <summary>
    /// The organization's own subject, where what patients share (practitioners, places, medications) is kept; opened with one segment if the ledger
    /// does not have it yet.
    /// </summary>
    /// <param name="organization">The organization.</param>
    /// <param name="directory">Its view.</param>
    /// <param name="label">The label of the segment.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Result<PatientView>> EnsureSharedAsync(OrganizationWallet organization, PatientDirectory directory, string label, CancellationToken cancel = default)
    {
        Result<PatientView> known = await directory.GetAsync(organization.Did, cancel).ConfigureAwait(false);
        if (known.IsOk || known.Fault.Code is not (FaultCode.NotFound or FaultCode.SubjectUnknown)) return known;
        if (!SegmentOpening.Event(client.Random, EventType.OrganizationShared, organization.Did, new SharedBody().Encode).TryGet(out Event shared, out Fault fault)) return fault;
        List<Event> events = [shared];
        List<ReadOnlyMemory<byte>> objects = [];
        if (SegmentOpening.OpenAll(client.Random, organization.Did, [label], withNotes: true, [organization.Sealing.Public], events, objects) is { } unfit) return unfit;
        Result<WrittenStatement> begun = (await client.Writer.WriteAsync(
            new StatementDraft { Issuer = organization.Did, Signer = organization.Signing, Shard = client.Network.ShardOf(organization.Did), Events = events, Objects = objects, Atomic = true }, cancel).ConfigureAwait(false)).AllGood();
        // Another gateway of the organization may have opened it a moment ago; then the head says so.
        Result<PatientView> view = await directory.RefreshAsync(organization.Did, cancel).ConfigureAwait(false);
        return view.IsOk || begun.IsOk ? view : begun.Fault;
    }

    /// <summary>
    /// Opens segments of a provider's own under a patient, for those labels it has none of yet. A patient with a wallet gets their keys too; a steward
    /// does not.
    /// </summary>
    /// <param name="provider">The provider.</param>
    /// <param name="directory">The provider's view.</param>
    /// <param name="patient">The patient.</param>
    /// <param name="labels">What for.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Result<PatientView>> EnsureOwnSegmentsAsync(
        OrganizationWallet provider, PatientDirectory directory, LedgerDid patient, IReadOnlyCollection<string> labels, CancellationToken cancel = default)
    {
        Result<PatientView> known = await directory.RefreshAsync(patient, cancel).ConfigureAwait(false);
        if (!known.TryGet(out PatientView? view, out Fault fault)) return fault;
        string[] missing = [.. labels.Where(label => !view.ByLabel.ContainsKey(label)).Distinct()];
        if (missing.Length == 0) return view;
        List<Event> events = [];
        List<ReadOnlyMemory<byte>> objects = [];
        if (SegmentOpening.OpenAll(client.Random, patient, missing, withNotes: false, Controllers(provider, view), events, objects) is { } unfit) return unfit;
        Result<WrittenStatement> written = await client.Writer.WriteAsync(OwnDraft(provider, patient, events, objects), cancel).ConfigureAwait(false);
        if (!written.AllGood().TryGet(out _, out fault)) return fault;
        return await directory.RefreshAsync(patient, cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Shares a provider's own segments with a patient who has a wallet, as PROTOCOL asks of every provider at the claim: their keys are rotated and
    /// sealed to the provider and to the patient.
    /// </summary>
    /// <param name="provider">The provider.</param>
    /// <param name="directory">The provider's view.</param>
    /// <param name="patient">The patient; while a steward acts this is refused.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Result<PatientView>> ShareOwnSegmentsAsync(OrganizationWallet provider, PatientDirectory directory, LedgerDid patient, CancellationToken cancel = default)
    {
        Result<PatientView> known = await directory.RefreshAsync(patient, cancel).ConfigureAwait(false);
        if (!known.TryGet(out PatientView? view, out Fault fault)) return fault;
        if (view.Head.Steward is not null) return new Fault(FaultCode.StewardMayNot, "A steward acts for the patient; it would get the keys.");
        List<Event> events = [];
        List<ReadOnlyMemory<byte>> objects = [];
        foreach (KnownSegment segment in view.Segments.Where(segment => segment.Owner == provider.Did))
        {
            if (directory.Keyring.Find(segment.Key.KeyId) is not { } old) return new Fault(FaultCode.KeyMissing, $"The newest key of segment \"{segment.Label}\" is not at hand.");
            Result<(Event, SealingKey)> rotated = SegmentOpening.Rotate(client.Random, patient, segment.Segment, segment.Label, old, Controllers(provider, view), objects);
            if (!rotated.TryGet(out (Event Event, SealingKey Key) made, out fault)) return fault;
            made.Key.Dispose();
            events.Add(made.Event);
        }
        if (events.Count == 0) return view;
        Result<WrittenStatement> written = await client.Writer.WriteAsync(OwnDraft(provider, patient, events, objects), cancel).ConfigureAwait(false);
        return written.AllGood().TryGet(out _, out fault) ? await directory.RefreshAsync(patient, cancel).ConfigureAwait(false) : fault;
    }

    /// <summary>
    /// Hands a stewarded patient over to the wallet, in one atomic statement by the steward: each segment's key is rotated and sealed to the
    /// wallet, so that the steward holds no newest key, then the wallet's key takes over.
    /// </summary>
    /// <param name="steward">The steward.</param>
    /// <param name="directory">The steward's view.</param>
    /// <param name="wallet">Made by <see cref="PatientWallet.ForClaim"/>.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Result<WrittenStatement>> ClaimAsync(OrganizationWallet steward, PatientDirectory directory, PatientWallet wallet, CancellationToken cancel = default)
    {
        Result<PatientView> known = await directory.RefreshAsync(wallet.Did, cancel).ConfigureAwait(false);
        if (!known.TryGet(out PatientView? view, out Fault fault)) return fault;
        List<Event> events = [];
        List<ReadOnlyMemory<byte>> objects = [];
        foreach (KnownSegment segment in view.Segments.Where(segment => segment.Owner == wallet.Did))
        {
            if (directory.Keyring.Find(segment.Key.KeyId) is not { } old) return new Fault(FaultCode.KeyMissing, "The steward lacks a segment's newest key.");
            Result<(Event, SealingKey)> rotated = SegmentOpening.Rotate(client.Random, wallet.Did, segment.Segment, segment.Label, old, [wallet.Sealing.Public], objects);
            if (!rotated.TryGet(out (Event Event, SealingKey Key) made, out fault)) return fault;
            made.Key.Dispose();
            events.Add(made.Event);
        }
        ClaimBody claim = new() { Key = wallet.Control.Public, Proof = PossessionProof.Sign(wallet.Control, wallet.Did) };
        if (!SegmentOpening.Event(client.Random, EventType.IdentityClaim, wallet.Did, claim.Encode).TryGet(out Event claimed, out fault)) return fault;
        events.Add(claimed);
        directory.Forget(wallet.Did);
        return (await client.Writer.WriteAsync(Draft(steward.StewardOf(wallet.Did), events, objects), cancel).ConfigureAwait(false)).AllGood();
    }

    private async Task<Result<WrittenStatement>> InceptAsync(InceptBody inception, PatientAuthority authority, CancellationToken cancel)
    {
        if (!SegmentOpening.Event(client.Random, EventType.IdentityIncept, authority.Patient, inception.Encode).TryGet(out Event incept, out Fault fault)) return fault;
        List<Event> events = [incept];
        List<ReadOnlyMemory<byte>> objects = [];
        if (SegmentOpening.OpenAll(client.Random, authority.Patient, SegmentLabels.All, withNotes: true, [authority.Holder.Sealing.Public], events, objects) is { } unfit) return unfit;
        return (await client.Writer.WriteAsync(Draft(authority, events, objects) with { Counter = 0 }, cancel).ConfigureAwait(false)).AllGood();
    }

    private StatementDraft Draft(PatientAuthority authority, IReadOnlyList<Event> events, IReadOnlyList<ReadOnlyMemory<byte>> objects) => new()
    {
        Issuer = authority.Patient, Signer = authority.Holder.Signer, Shard = client.Network.ShardOf(authority.Patient), Events = events, Objects = objects, Atomic = true,
        CounterAsker = authority.Holder,
    };

    private StatementDraft OwnDraft(OrganizationWallet provider, LedgerDid patient, IReadOnlyList<Event> events, IReadOnlyList<ReadOnlyMemory<byte>> objects) => new()
    {
        Issuer = provider.Did, Signer = provider.Signing, Shard = client.Network.ShardOf(patient), Events = events, Objects = objects, Atomic = true,
    };

    /// <summary>Who gets the keys of a provider's own segment: the provider, and a patient with a wallet, but never a steward.</summary>
    private static PublicKey[] Controllers(OrganizationWallet provider, PatientView view) =>
        view is { Head.Steward: null, NotesKey: { } patient } ? [provider.Sealing.Public, patient] : [provider.Sealing.Public];

    private static InceptBody Inception(OrganizationWallet steward, string system, string id) => new() { Salt = steward.Ids.PatientSalt(system, id), Steward = steward.Did };
}
