using System.Text;
using HealthLedger.Client.Consent;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Read;
using HealthLedger.Client.Records;
using HealthLedger.Client.Tests.World;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Objects;

namespace HealthLedger.Client.Tests;

public sealed class ConsentTests
{
    private readonly TestWorld _world = new();

    [Fact]
    public async Task Without_a_grant_nothing_is_permitted_and_the_try_is_on_the_log()
    {
        LedgerDid patient = await Filled();
        (await _world.Clinic.Reader.ReadAsync(TestWorld.Access(patient))).Fault.Code.Should().Be(FaultCode.NoGrant);
        LogPage log = (await _world.Client.Queries.AccessLogAsync(_world.Hospital.Wallet.Party, patient, -1, 500)).Value;
        LogEntry last = log.Entries[^1];
        last.Issuer.Should().Be(_world.Clinic.Did.ToString());
        Outcome.Decode(last.Outcome.Span).Value.Kind.Should().Be(OutcomeKind.Denied);
    }

    [Fact]
    public async Task A_grant_opens_its_segments_and_no_others()
    {
        LedgerDid patient = await Filled();
        (await _world.Hospital.ConsentFor(patient).GrantAsync(_world.Terms(_world.Clinic.Did, "laboratory", "vital-signs"))).IsOk.Should().BeTrue();
        OpenedRecords opened = (await _world.Clinic.Reader.ReadAsync(TestWorld.Access(patient))).Value;
        opened.Records.Select(record => record.Label).Should().BeEquivalentTo("laboratory", "laboratory", "vital-signs");
        opened.Records.Select(record => Encoding.UTF8.GetString(record.Content!.Value.Span)).Should().Contain("content of lab 1");
    }

    [Fact]
    public async Task The_patient_learns_from_the_note_who_read()
    {
        TestPatient patient = await _world.PatientAsync();
        await patient.Consent.GrantAsync(_world.Terms(_world.Clinic.Did, "general"));
        await _world.Clinic.Reader.ReadAsync(TestWorld.Access(patient.Did));
        await patient.Directory.RefreshAsync(patient.Did);
        LogEntry access = (await _world.Client.Queries.AccessLogAsync(patient.Wallet.Party, patient.Did, -1, 500)).Value.Entries[^1];
        Note note = Note.Open(access.Note!.Value, patient.Directory.Keyring.Find).Value;
        note.Person.Should().Be("Dr. Grey");
        AccessBody body = AccessBody.Decode(Protocol.Statements.Event.Decode(access.Event).Value.Body.Span).Value;
        Note.Commit(note.Salt, note.Person!).Should().Be(body.Person);
        Note.Open(access.Note.Value, _ => null).Fault.Code.Should().Be(FaultCode.SealBroken);
    }

    [Fact]
    public async Task A_revoked_grant_permits_nothing_and_its_key_opens_nothing_newer()
    {
        LedgerDid patient = await Filled();
        ConsentClient consent = _world.Hospital.ConsentFor(patient);
        Id16 clinic = (await consent.GrantAsync(_world.Terms(_world.Clinic.Did, "laboratory"))).Value;
        (await _world.Clinic.Reader.ReadAsync(TestWorld.Access(patient))).Value.Records.Should().HaveCount(2);
        (await consent.RevokeAsync(clinic)).IsOk.Should().BeTrue();

        (await _world.Clinic.Reader.ReadAsync(TestWorld.Access(patient))).Fault.Code.Should().Be(FaultCode.GrantRevoked);
        DepositedRecord newer = (await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("newer")])).Value[0];
        newer.Kind.Should().Be(DepositKind.Added, newer.Fault.ToString());
        Id16 segment = (await _world.Hospital.Directory.GetAsync(patient)).Value.ByLabel["laboratory"].Segment;
        Hash32 newest = (await _world.Hospital.Directory.GetAsync(patient)).Value.ByLabel["laboratory"].Key.KeyId;
        _world.Clinic.Directory.Keyring.Find(newest).Should().BeNull();
        (await _world.Hospital.Reader.ReadAsync(TestWorld.Access(patient) with { Segments = [segment] })).Value.Records.Should().HaveCount(3);
    }

    [Fact]
    public async Task Who_stays_after_a_revocation_reads_old_and_new_records()
    {
        LedgerDid patient = await Filled();
        ConsentClient consent = _world.Hospital.ConsentFor(patient);
        Id16 insurer = (await consent.GrantAsync(_world.Terms(_world.Insurer.Did, "laboratory"))).Value;
        await consent.GrantAsync(_world.Terms(_world.Clinic.Did, "laboratory", "vital-signs"));
        (await consent.RevokeAsync(insurer)).IsOk.Should().BeTrue();
        await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("newer")]);
        OpenedRecords opened = (await _world.Clinic.Reader.ReadAsync(TestWorld.Access(patient))).Value;
        opened.Records.Should().HaveCount(4);
        (await consent.ListAsync()).Value.Count(grant => grant.IsLive(_world.Clock.Now)).Should().Be(1);
    }

    [Fact]
    public async Task A_chain_of_rotations_is_followed_back_to_the_first_key()
    {
        LedgerDid patient = await Filled();
        ConsentClient consent = _world.Hospital.ConsentFor(patient);
        for (int i = 0; i < 3; i++)
        {
            (await consent.RotateAsync(["laboratory"])).IsOk.Should().BeTrue();
            await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record($"after rotation {i}")]);
        }
        await consent.GrantAsync(_world.Terms(_world.Clinic.Did, "laboratory"));
        (await _world.Clinic.Reader.ReadAsync(TestWorld.Access(patient))).Value.Records.Should().HaveCount(5);
    }

    [Fact]
    public async Task A_record_sealed_to_yesterdays_key_gets_its_batch_key_sealed_again()
    {
        LedgerDid patient = await Filled();
        PatientDirectory elsewhere = new(_world.Client, _world.Hospital.Wallet.Party);
        RecordDepositor depositor = new(_world.Client, _world.Hospital.Wallet, elsewhere);
        await elsewhere.GetAsync(patient);
        (await _world.Hospital.ConsentFor(patient).RotateAsync(["laboratory"])).IsOk.Should().BeTrue();
        IReadOnlyList<DepositedRecord> done = (await depositor.DepositAsync(patient, [TestWorld.Record("late"), TestWorld.Record("unmoved", "vital-signs")])).Value;
        done.Should().OnlyContain(record => record.Kind == DepositKind.Added);
        (await _world.Hospital.Reader.ReadAsync(TestWorld.Access(patient))).Value.Records.Select(record => record.RecordId).Should().Contain(done.Select(record => record.RecordId));
    }

    [Fact]
    public async Task An_atomic_deposit_against_a_rotated_key_goes_in_whole()
    {
        LedgerDid patient = await Filled();
        PatientDirectory elsewhere = new(_world.Client, _world.Hospital.Wallet.Party);
        await elsewhere.GetAsync(patient);
        await _world.Hospital.ConsentFor(patient).RotateAsync(["laboratory"]);
        IReadOnlyList<DepositedRecord> done = (await new RecordDepositor(_world.Client, _world.Hospital.Wallet, elsewhere)
            .DepositAsync(patient, [TestWorld.Record("late"), TestWorld.Record("unmoved", "vital-signs")], new DepositOptions { Atomic = true })).Value;
        done.Should().OnlyContain(record => record.Kind == DepositKind.Added);
        done.Select(record => record.StatementId).Distinct().Should().ContainSingle();
    }

    [Fact]
    public async Task A_narrow_grant_opens_the_records_it_names_and_gives_no_segment_key()
    {
        LedgerDid patient = await Filled();
        OpenedRecord[] all = [.. (await _world.Hospital.Reader.ReadAsync(TestWorld.Access(patient))).Value.Records.Where(record => record.Label == "laboratory")];
        GrantTerms terms = _world.Terms(_world.Clinic.Did, "laboratory") with { Records = [all[0].RecordId] };
        (await _world.Hospital.ConsentFor(patient).GrantAsync(terms)).IsOk.Should().BeTrue();

        OpenedRecords opened = (await _world.Clinic.Reader.ReadAsync(TestWorld.Access(patient) with { Records = [all[0].RecordId] })).Value;
        opened.Records.Should().ContainSingle().Which.Content!.Value.ToArray().Should().Equal(all[0].Content!.Value.ToArray());
        (await _world.Clinic.Reader.ReadAsync(TestWorld.Access(patient) with { Records = [all[1].RecordId] })).Fault.Code.Should().Be(FaultCode.RecordNotGranted);
        (await _world.Clinic.Reader.ReadAsync(TestWorld.Access(patient))).Fault.Code.Should().Be(FaultCode.RecordsNotNamed);
        _world.Clinic.Directory.Keyring.Find((await _world.Hospital.Directory.GetAsync(patient)).Value.ByLabel["laboratory"].Key.KeyId).Should().BeNull();
    }

    [Fact]
    public async Task A_grant_for_a_time_of_the_ledger_opens_what_was_committed_then()
    {
        LedgerDid patient = await Filled();
        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        long from = _world.Clock.Now;
        DepositedRecord inside = (await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("inside")])).Value[0];
        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        GrantTerms terms = _world.Terms(_world.Clinic.Did, "laboratory") with { Ledger = (from, _world.Clock.Now) };
        (await _world.Hospital.ConsentFor(patient).GrantAsync(terms)).IsOk.Should().BeTrue();
        (await _world.Clinic.Reader.ReadAsync(TestWorld.Access(patient) with { Records = [inside.RecordId] })).Value.Records.Should().ContainSingle();
    }

    [Fact]
    public async Task A_deposit_grant_tells_the_labels_and_a_record_goes_to_the_patients_segment()
    {
        TestPatient patient = await _world.PatientAsync();
        (await patient.Consent.GrantAsync(_world.Terms(_world.Clinic.Did, "laboratory") with { Rights = Rights.Deposit })).IsOk.Should().BeTrue();
        DepositedRecord done = (await _world.Clinic.Depositor.DepositAsync(patient.Did, [TestWorld.Record("from the clinic")])).Value[0];
        done.Kind.Should().Be(DepositKind.Added, done.Fault.ToString());
        (await _world.Clinic.Reader.ReadAsync(TestWorld.Access(patient.Did))).Fault.Code.Should().Be(FaultCode.ReadNotGranted);
        AccessRequest own = TestWorld.Access(patient.Did, Purpose.PatientRequest) with { Role = Role.Patient };
        (await patient.Reader.ReadAsync(own)).Value.Records.Should().ContainSingle().Which.Author.Should().Be(_world.Clinic.Did);
    }

    [Fact]
    public async Task After_the_claim_the_wallet_reads_everything_and_the_steward_has_no_newest_key()
    {
        LedgerDid patient = await Filled();
        PatientWallet wallet = _world.WalletForClaim(patient);
        (await _world.Registry.ClaimAsync(_world.Hospital.Wallet, _world.Hospital.Directory, wallet)).Fault.Should().Be(default(Fault));
        TestPatient claimed = new(_world, wallet);
        AccessRequest own = TestWorld.Access(patient, Purpose.PatientRequest) with { Role = Role.Patient };
        (await claimed.Reader.ReadAsync(own)).Value.Records.Should().HaveCount(4);
        (await _world.Hospital.Reader.ReadAsync(TestWorld.Access(patient))).Fault.Code.Should().NotBe(FaultCode.None);
        _world.Hospital.Directory.Keyring.Find((await claimed.Directory.GetAsync(patient)).Value.ByLabel["laboratory"].Key.KeyId).Should().BeNull();
        (await claimed.Consent.GrantAsync(_world.Terms(_world.Hospital.Did, "laboratory"))).IsOk.Should().BeTrue();
        (await _world.Hospital.Reader.ReadAsync(TestWorld.Access(patient))).Value.Records.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_patient_with_a_wallet_reads_what_a_provider_keeps_in_segments_of_its_own()
    {
        TestPatient patient = await _world.PatientAsync();
        (await _world.Registry.EnsureOwnSegmentsAsync(_world.Clinic.Wallet, _world.Clinic.Directory, patient.Did, ["laboratory"])).IsOk.Should().BeTrue();
        await _world.Clinic.Depositor.DepositAsync(patient.Did, [TestWorld.Record("c")]);
        AccessRequest own = TestWorld.Access(patient.Did, Purpose.PatientRequest) with { Role = Role.Patient };
        (await patient.Reader.ReadAsync(own)).Value.Records.Should().ContainSingle().Which.Label.Should().Be("laboratory");
    }

    [Fact]
    public async Task What_a_provider_kept_under_a_steward_is_locked_until_it_is_shared_after_the_claim()
    {
        LedgerDid patient = await Filled();
        await _world.Registry.EnsureOwnSegmentsAsync(_world.Clinic.Wallet, _world.Clinic.Directory, patient, ["laboratory"]);
        DepositedRecord kept = (await _world.Clinic.Depositor.DepositAsync(patient, [TestWorld.Record("c")])).Value[0];
        (await _world.Registry.ShareOwnSegmentsAsync(_world.Clinic.Wallet, _world.Clinic.Directory, patient)).Fault.Code.Should().Be(FaultCode.StewardMayNot);
        PatientWallet wallet = _world.WalletForClaim(patient);
        await _world.Registry.ClaimAsync(_world.Hospital.Wallet, _world.Hospital.Directory, wallet);
        TestPatient claimed = new(_world, wallet);
        AccessRequest own = TestWorld.Access(patient, Purpose.PatientRequest) with { Role = Role.Patient };
        OpenedRecords before = (await claimed.Reader.ReadAsync(own, new OpenOptions { AllowLocked = true })).Value;
        before.Records.Should().HaveCount(4);
        before.Locked.Should().Equal(kept.RecordId);
        (await claimed.Reader.ReadAsync(own)).Fault.Code.Should().Be(FaultCode.KeyMissing);
        (await _world.Registry.ShareOwnSegmentsAsync(_world.Clinic.Wallet, _world.Clinic.Directory, patient)).IsOk.Should().BeTrue();
        (await claimed.Reader.ReadAsync(own)).Value.Records.Should().HaveCount(5);
    }

    [Fact]
    public async Task Acts_under_one_patient_that_are_made_at_once_all_hold()
    {
        TestPatient patient = await _world.PatientAsync();
        Result<Id16>[] grants = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => patient.Consent.GrantAsync(_world.Terms(_world.Clinic.Did, "general"))));
        grants.Should().OnlyContain(grant => grant.IsOk);
        (await patient.Consent.ListAsync()).Value.Should().HaveCount(8);
    }

    [Fact]
    public async Task A_counter_that_moved_elsewhere_is_read_again()
    {
        TestPatient patient = await _world.PatientAsync();
        LedgerClient other = new(_world.Ledger, _world.Client.Network, new LedgerClientOptions(), _world.Clock, System.Security.Cryptography.RandomNumberGenerator.Create());
        PatientDirectory directory = new(other, patient.Wallet.Party);
        ConsentClient elsewhere = new(other, patient.Wallet.Authority, directory, new RecordReader(other, directory));
        for (int i = 0; i < 3; i++)
        {
            (await patient.Consent.GrantAsync(_world.Terms(_world.Clinic.Did, "general"))).IsOk.Should().BeTrue();
            (await elsewhere.GrantAsync(_world.Terms(_world.Clinic.Did, "vital-signs"))).IsOk.Should().BeTrue();
        }
        (await patient.Consent.ListAsync()).Value.Should().HaveCount(6);
    }

    private async Task<LedgerDid> Filled()
    {
        LedgerDid patient = await _world.StewardedAsync();
        await _world.Hospital.Depositor.DepositAsync(
            patient, [TestWorld.Record("lab 1"), TestWorld.Record("lab 2"), TestWorld.Record("vital", "vital-signs"), TestWorld.Record("mind", "mental-health")]);
        return patient;
    }
}
