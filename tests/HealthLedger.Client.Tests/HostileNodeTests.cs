using HealthLedger.Client.Read;
using HealthLedger.Client.Records;
using HealthLedger.Client.Tests.World;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Client.Tests;

public sealed class HostileNodeTests
{
    private readonly TestWorld _world = new();

    [Fact]
    public Task A_record_left_out_of_list_and_answer_is_noticed() => Refused(page => page with
    {
        SegmentLists = [.. page.SegmentLists!.Select(list => new SegmentList(list.Segment, [.. list.Items.Skip(1)]))],
        Records = [.. page.Records.Skip(1)],
    });

    [Fact]
    public Task A_record_left_out_of_the_answer_alone_is_noticed() => Refused(page => page with { Records = [.. page.Records.Skip(1)] });

    [Fact]
    public Task A_retraction_left_out_is_noticed() => Refused(page => page with
    {
        SegmentLists = [.. page.SegmentLists!.Select(list => new SegmentList(list.Segment, [.. list.Items.Where(item => !item.IsRetraction)]))],
    });

    [Fact]
    public Task A_segment_left_out_is_noticed() => Refused(page => page with { SegmentLists = [.. page.SegmentLists!.Where(list => list.Items.Count > 0)] });

    [Fact]
    public Task Records_in_another_order_are_noticed() => Refused(page => page with
    {
        SegmentLists = [.. page.SegmentLists!.Select(list => new SegmentList(list.Segment, [.. list.Items.Reverse()]))],
    });

    [Fact]
    public Task A_record_that_comes_twice_is_noticed() => Refused(page => page with { Records = [.. page.Records, page.Records[0]] });

    [Fact]
    public Task A_list_left_out_is_noticed() => Refused(page => page with { SegmentLists = null });

    [Fact]
    public Task A_changed_content_is_noticed() => Refused(page => page with { Records = [page.Records[0] with { Content = Flip(page.Records[0].Content!.Value) }, .. page.Records.Skip(1)] });

    [Fact]
    public Task A_changed_manifest_is_noticed() => Refused(page => page with { Records = [page.Records[0] with { Manifest = Flip(page.Records[0].Manifest) }, .. page.Records.Skip(1)] });

    [Fact]
    public Task Changed_wrapped_keys_are_noticed() => Refused(page => page with { Records = [page.Records[0] with { WrappedKeys = Flip(page.Records[0].WrappedKeys) }, .. page.Records.Skip(1)] });

    [Fact]
    public Task A_content_left_out_is_noticed() => Refused(page => page with { Records = [page.Records[0] with { Content = null }, .. page.Records.Skip(1)] });

    [Fact]
    public Task Another_records_content_is_noticed() => Refused(page => page with { Records = [page.Records[0] with { Content = page.Records[1].Content }, .. page.Records.Skip(1)] });

    [Fact]
    public Task An_event_that_is_not_the_records_is_noticed() => Refused(page => page with { Records = [page.Records[0] with { Event = page.Records[1].Event }, .. page.Records.Skip(1)] });

    [Fact]
    public Task An_envelope_left_out_is_noticed() => Refused(page => page with { Envelopes = [] });

    [Fact]
    public Task A_changed_envelope_is_noticed() => Refused(page => page with { Envelopes = [.. page.Envelopes.Select(envelope => (ReadOnlyMemory<byte>)Flip(envelope))] });

    [Fact]
    public async Task A_sealed_key_that_was_changed_is_noticed()
    {
        LedgerDid patient = await Filled();
        await _world.Hospital.ConsentFor(patient).GrantAsync(_world.Terms(_world.Clinic.Did, "laboratory"));
        _world.Ledger.Tamper = page => page with { SealedKeys = [.. page.SealedKeys.Select(key => (ReadOnlyMemory<byte>)Flip(key))] };
        (await _world.Clinic.Reader.ReadAsync(TestWorld.Access(patient))).Fault.Code.Should().Be(FaultCode.SealBroken);
    }

    [Fact]
    public async Task Sealed_keys_left_out_leave_the_reader_without_a_key()
    {
        LedgerDid patient = await Filled();
        await _world.Hospital.ConsentFor(patient).GrantAsync(_world.Terms(_world.Clinic.Did, "laboratory"));
        _world.Ledger.Tamper = page => page with { SealedKeys = [] };
        (await _world.Clinic.Reader.ReadAsync(TestWorld.Access(patient))).Fault.Code.Should().Be(FaultCode.KeyMissing);
    }

    [Fact]
    public async Task A_permit_that_went_stale_releases_nothing()
    {
        LedgerDid patient = await Filled();
        Permit permit = (await _world.Hospital.Reader.AccessAsync(TestWorld.Access(patient))).Value;
        _world.Clock.Advance(TimeSpan.FromMilliseconds(30_001));
        (await _world.Hospital.Reader.OpenAsync(permit)).Fault.Code.Should().Be(FaultCode.PermitStale);
    }

    [Fact]
    public async Task Somebody_elses_permit_releases_nothing()
    {
        LedgerDid patient = await Filled();
        Permit permit = (await _world.Hospital.Reader.AccessAsync(TestWorld.Access(patient))).Value;
        (await _world.Clinic.Reader.OpenAsync(permit)).Fault.Code.Should().Be(FaultCode.RequesterDiffers);
    }

    [Fact]
    public async Task A_permit_that_the_node_made_up_is_not_proved()
    {
        LedgerDid patient = await Filled();
        Permit permit = (await _world.Hospital.Reader.AccessAsync(TestWorld.Access(patient))).Value;
        OpenOptions proving = new() { ProvePermit = true };
        (await _world.Hospital.Reader.OpenAsync(permit, proving)).IsOk.Should().BeTrue();
        Outcome forged = Outcome.Permitted(permit.Outcome.Reason!.Value, 0, PermitList.OfSegments([]).Root, null);
        (await _world.Hospital.Reader.OpenAsync(permit with { Outcome = forged }, proving)).Fault.Code.Should().Be(FaultCode.ProofInvalid);
    }

    [Fact]
    public async Task Dropped_keys_are_opened_again_when_they_are_needed()
    {
        LedgerDid patient = await Filled();
        await _world.Hospital.Reader.ReadAsync(TestWorld.Access(patient));
        Hash32 key = (await _world.Hospital.Directory.GetAsync(patient)).Value.ByLabel["laboratory"].Key.KeyId;
        _world.Hospital.Directory.Keyring.Find(key).Should().NotBeNull();
        _world.Hospital.Reader.DropKeys();
        _world.Hospital.Directory.Keyring.Find(key).Should().BeNull();
        (await _world.Hospital.Reader.ReadAsync(TestWorld.Access(patient))).IsOk.Should().BeTrue();
    }

    [Fact]
    public async Task Only_the_records_that_are_wanted_come_and_the_list_is_checked_all_the_same()
    {
        LedgerDid patient = await Filled();
        Permit permit = (await _world.Hospital.Reader.AccessAsync(TestWorld.Access(patient))).Value;
        OpenedRecord[] all = [.. (await _world.Hospital.Reader.OpenAsync(permit, new OpenOptions { WantContent = false })).Value.Records];
        all.Should().OnlyContain(record => record.Content == null);
        OpenedRecords one = (await _world.Hospital.Reader.OpenAsync(permit, new OpenOptions { Records = [all[1].RecordId] })).Value;
        one.Records.Should().ContainSingle().Which.RecordId.Should().Be(all[1].RecordId);
        _world.Ledger.Tamper = page => page with { SegmentLists = [.. page.SegmentLists!.Select(list => new SegmentList(list.Segment, [.. list.Items.Skip(1)]))] };
        (await _world.Hospital.Reader.OpenAsync(permit, new OpenOptions { Records = [all[1].RecordId] })).Fault.Code.Should().Be(FaultCode.RecordListWrong);
    }

    [Fact]
    public async Task Many_accesses_share_one_statement_for_each_shard()
    {
        List<LedgerDid> patients = [];
        for (int i = 0; i < 12; i++) patients.Add(await _world.StewardedAsync($"patient {i}"));
        int before = _world.Ledger.Submissions;
        IReadOnlyList<Result<Permit>> permits = await _world.Hospital.Reader.AccessAsync([.. patients.Select(patient => TestWorld.Access(patient))]);
        permits.Should().OnlyContain(permit => permit.IsOk);
        (_world.Ledger.Submissions - before).Should().BeLessThanOrEqualTo(4);
        foreach (Result<Permit> permit in permits) (await _world.Hospital.Reader.OpenAsync(permit.Value)).IsOk.Should().BeTrue();
    }

    [Fact]
    public async Task Accesses_that_arrive_together_are_batched()
    {
        LedgerDid patient = await Filled();
        await _world.Hospital.Directory.GetAsync(patient);
        AccessBatcher batcher = new(_world.Hospital.Reader);
        int before = _world.Ledger.Submissions;
        Result<Permit>[] permits = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => batcher.AccessAsync(TestWorld.Access(patient))));
        permits.Should().OnlyContain(permit => permit.IsOk);
        (_world.Ledger.Submissions - before).Should().BeLessThan(200);
        (await batcher.AccessAsync(TestWorld.Access(patient, Purpose.Marketing))).Fault.Code.Should().NotBe(FaultCode.None);
    }

    private async Task Refused(Func<ReleasePage, ReleasePage> tamper)
    {
        LedgerDid patient = await Filled();
        Permit permit = (await _world.Hospital.Reader.AccessAsync(TestWorld.Access(patient))).Value;
        _world.Ledger.Tamper = tamper;
        (await _world.Hospital.Reader.OpenAsync(permit)).Fault.Code.Should().Be(FaultCode.RecordListWrong);
        _world.Ledger.Tamper = null;
        (await _world.Hospital.Reader.OpenAsync(permit)).IsOk.Should().BeTrue();
    }

    private async Task<LedgerDid> Filled()
    {
        LedgerDid patient = await _world.StewardedAsync();
        IReadOnlyList<DepositedRecord> done = (await _world.Hospital.Depositor.DepositAsync(patient, [.. Enumerable.Range(0, 6).Select(i => TestWorld.Record($"r{i}"))])).Value;
        await _world.Hospital.Depositor.RetractAsync(patient, done[3].RecordId, "urn:his", "r3");
        return patient;
    }

    private static byte[] Flip(ReadOnlyMemory<byte> bytes)
    {
        byte[] flipped = bytes.ToArray();
        flipped[^1] ^= 1;
        return flipped;
    }
}
