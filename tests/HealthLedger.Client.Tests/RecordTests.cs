using System.Text;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Read;
using HealthLedger.Client.Records;
using HealthLedger.Client.Tests.World;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;

namespace HealthLedger.Client.Tests;

public sealed class RecordTests
{
    private readonly TestWorld _world = new();

    [Fact]
    public async Task What_a_steward_puts_in_it_reads_again()
    {
        LedgerDid patient = await _world.StewardedAsync();
        PlainRecord[] records = [.. Enumerable.Range(0, 20).Select(i => TestWorld.Record($"r{i}", SegmentLabels.All[i % SegmentLabels.All.Length]))];
        IReadOnlyList<DepositedRecord> deposited = (await _world.Hospital.Depositor.DepositAsync(patient, records)).Value;
        deposited.Should().OnlyContain(record => record.Kind == DepositKind.Added);

        OpenedRecords opened = (await _world.Hospital.Reader.ReadAsync(TestWorld.Access(patient))).Value;
        opened.Records.Select(record => (record.RecordId, Text(record.Manifest), Text(record.Content!.Value), record.Label))
            .Should().BeEquivalentTo(deposited.Select(record => (record.RecordId, Text(record.Record.Manifest), Text(record.Record.Content), record.Record.Label)));
        opened.Records.Should().OnlyContain(record => record.Author == _world.Hospital.Did && !record.Retracted && record.Amends == null);
    }

    [Fact]
    public async Task Pages_come_together_as_one_answer()
    {
        _world.Ledger.PageRecords = 3;
        LedgerDid patient = await _world.StewardedAsync();
        await _world.Hospital.Depositor.DepositAsync(patient, [.. Enumerable.Range(0, 10).Select(i => TestWorld.Record($"r{i}"))]);
        OpenedRecords opened = (await _world.Hospital.Reader.ReadAsync(TestWorld.Access(patient))).Value;
        opened.Records.Select(record => Text(record.Content!.Value)).Should().Equal(Enumerable.Range(0, 10).Select(i => $"content of r{i}"));
    }

    [Fact]
    public async Task The_same_patient_imported_again_is_the_same_identity()
    {
        LedgerDid first = await _world.StewardedAsync();
        long entries = _world.Ledger.Entries;
        _world.Hospital.Directory.Forget(first);
        (await _world.StewardedAsync()).Should().Be(first);
        _world.Ledger.Entries.Should().Be(entries);
    }

    [Fact]
    public async Task The_same_records_again_add_no_entry()
    {
        LedgerDid patient = await _world.StewardedAsync();
        PlainRecord[] records = [.. Enumerable.Range(0, 5).Select(i => TestWorld.Record($"r{i}"))];
        IReadOnlyList<DepositedRecord> first = (await _world.Hospital.Depositor.DepositAsync(patient, records)).Value;
        long entries = _world.Ledger.Entries;
        IReadOnlyList<DepositedRecord> again = (await _world.Hospital.Depositor.DepositAsync(patient, records)).Value;
        again.Should().OnlyContain(record => record.Kind == DepositKind.Existing);
        again.Select(record => record.RecordId).Should().Equal(first.Select(record => record.RecordId));
        again.Select(record => record.Leaf).Should().Equal(first.Select(record => record.Leaf));
        _world.Ledger.Entries.Should().Be(entries);
    }

    [Fact]
    public async Task An_import_that_was_cut_off_resumes_where_it_was()
    {
        LedgerDid patient = await _world.StewardedAsync();
        PlainRecord[] records = [.. Enumerable.Range(0, 40).Select(i => TestWorld.Record($"r{i}"))];
        await _world.Hospital.Depositor.DepositAsync(patient, records[..17]);
        IReadOnlyList<DepositedRecord> resumed = (await _world.Hospital.Depositor.DepositAsync(patient, records)).Value;
        resumed.Count(record => record.Kind == DepositKind.Existing).Should().Be(17);
        resumed.Count(record => record.Kind == DepositKind.Added).Should().Be(23);
        (await _world.Hospital.Reader.ReadAsync(TestWorld.Access(patient))).Value.Records.Should().HaveCount(40);
    }

    [Fact]
    public async Task A_race_of_two_imports_is_found_as_a_duplicate_with_the_first_record()
    {
        LedgerDid patient = await _world.StewardedAsync();
        DepositedRecord first = (await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("r")])).Value[0];
        DepositedRecord second = (await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("r")], new DepositOptions { KnownNew = true })).Value[0];
        second.Kind.Should().Be(DepositKind.Existing);
        second.RecordId.Should().Be(first.RecordId);
        second.Leaf.Should().Be(first.Leaf);
    }

    [Fact]
    public async Task Another_content_is_a_new_version_where_the_source_has_none()
    {
        LedgerDid patient = await _world.StewardedAsync();
        DepositedRecord first = (await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("r")])).Value[0];
        DepositedRecord second = (await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("r", content: "corrected")])).Value[0];
        second.Kind.Should().Be(DepositKind.Amended);
        OpenedRecord[] opened = [.. (await _world.Hospital.Reader.ReadAsync(TestWorld.Access(patient))).Value.Records];
        opened.Should().HaveCount(2);
        opened[1].Amends.Should().Be(first.RecordId);
        opened[1].Resource.Should().Be(opened[0].Resource);
    }

    [Fact]
    public async Task Versions_that_arrive_together_follow_each_other()
    {
        LedgerDid patient = await _world.StewardedAsync();
        IReadOnlyList<DepositedRecord> done = (await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("r", version: "1"), TestWorld.Record("r", version: "2", content: "newer")])).Value;
        done.Select(record => record.Kind).Should().Equal(DepositKind.Added, DepositKind.Amended);
        OpenedRecord[] opened = [.. (await _world.Hospital.Reader.ReadAsync(TestWorld.Access(patient))).Value.Records];
        opened[1].Amends.Should().Be(opened[0].RecordId);
    }

    [Fact]
    public async Task The_same_version_with_another_content_is_a_conflict()
    {
        LedgerDid patient = await _world.StewardedAsync();
        await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("r", version: "1")]);
        DepositedRecord conflict = (await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("r", version: "1", content: "other")])).Value[0];
        conflict.Kind.Should().Be(DepositKind.Refused);
        conflict.Fault.Code.Should().Be(FaultCode.RecordConflict);
    }

    [Fact]
    public async Task A_retracted_record_is_marked_and_its_retraction_happens_once()
    {
        LedgerDid patient = await _world.StewardedAsync();
        DepositedRecord record = (await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("r"), TestWorld.Record("s")])).Value[0];
        (await _world.Hospital.Depositor.RetractAsync(patient, record.RecordId, "urn:his", "r")).IsOk.Should().BeTrue();
        (await _world.Hospital.Depositor.RetractAsync(patient, record.RecordId, "urn:his", "r")).Value.Outcomes[0].Kind.Should().Be(OutcomeKind.Duplicate);
        OpenedRecord[] opened = [.. (await _world.Hospital.Reader.ReadAsync(TestWorld.Access(patient))).Value.Records];
        opened.Single(one => one.RecordId == record.RecordId).Retracted.Should().BeTrue();
        opened.Single(one => one.RecordId != record.RecordId).Retracted.Should().BeFalse();
    }

    [Fact]
    public async Task More_records_than_a_statement_holds_go_in_several()
    {
        LedgerDid patient = await _world.StewardedAsync();
        PlainRecord[] records = [.. Enumerable.Range(0, 1_100).Select(i => TestWorld.Record($"r{i}"))];
        IReadOnlyList<DepositedRecord> done = (await _world.Hospital.Depositor.DepositAsync(patient, records)).Value;
        done.Should().OnlyContain(record => record.Kind == DepositKind.Added);
        done.Select(record => record.StatementId).Distinct().Count().Should().BeGreaterThan(1);
        done.Select(record => record.Record.SourceId).Should().Equal(records.Select(record => record.SourceId));
    }

    [Fact]
    public async Task A_label_without_a_segment_refuses_that_record_alone_or_all_where_all_or_nothing_is_asked()
    {
        LedgerDid patient = await _world.StewardedAsync();
        PlainRecord[] records = [TestWorld.Record("a"), TestWorld.Record("b", "no such label")];
        IReadOnlyList<DepositedRecord> done = (await _world.Hospital.Depositor.DepositAsync(patient, records)).Value;
        done[0].Kind.Should().Be(DepositKind.Added);
        done[1].Fault.Code.Should().Be(FaultCode.LabelUnknown);
        (await _world.Hospital.Depositor.DepositAsync(patient, records, new DepositOptions { Atomic = true })).Fault.Code.Should().Be(FaultCode.LabelUnknown);
    }

    [Fact]
    public async Task A_provider_without_a_grant_deposits_into_segments_of_its_own()
    {
        LedgerDid patient = await _world.StewardedAsync();
        (await _world.Registry.EnsureOwnSegmentsAsync(_world.Clinic.Wallet, _world.Clinic.Directory, patient, ["laboratory"])).IsOk.Should().BeTrue();
        (await _world.Clinic.Depositor.DepositAsync(patient, [TestWorld.Record("c")])).Value[0].Kind.Should().Be(DepositKind.Added);
        (await _world.Clinic.Reader.ReadAsync(TestWorld.Access(patient))).Value.Records.Should().ContainSingle();
        (await _world.Hospital.Reader.ReadAsync(TestWorld.Access(patient))).Value.Records.Should().BeEmpty();
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
