using System.Security.Cryptography;
using HealthLedger.Actors.Hosting;
using HealthLedger.Actors.Network;
using HealthLedger.Actors.Nodes;
using HealthLedger.Client;
using HealthLedger.Client.Consent;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Read;
using HealthLedger.Client.Records;
using HealthLedger.Gateway.Nodes;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Checkpoints;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace HealthLedger.Gateway.Tests.Nodes;

/// <summary>The main job through real members' nodes: four replicas in this process, actors with copied values and doubled activations.</summary>
public sealed class MemberNodeTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("healthledger-").FullName;
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly List<MemberNode> _nodes = [];
    private StandaloneNetwork _network = null!;
    private OrganizationWallet _hospital = null!, _clinic = null!;

    public async ValueTask InitializeAsync()
    {
        StandaloneOptions options = new() { Network = "test-nodes", Storage = new StorageOptions { SegmentBytes = 4 << 20, PrepareBytes = 256 << 10, VoteFileBytes = 256 << 10 } };
        _network = (await StandaloneNetwork.StartAsync(_folder, 4, options, _random, TimeProvider.System, NullLoggerFactory.Instance)).Value;
        EmbeddedHostOptions hostile = new() { CopyValues = true, ForbidCycles = true, DuplicateActivations = 2 };
        for (int i = 0; i < 4; i++)
        {
            StandaloneMember member = _network.Member(i)!;
            _nodes.Add(new MemberNode(member.Replica, [.. Enumerable.Range(0, 5).Select(member.Shard)], member.Signing, hostile, TimeProvider.System, _random, NullLoggerFactory.Instance));
        }
        _hospital = WalletOf(_network.Organizations[0]);
        _clinic = WalletOf(_network.Organizations[4]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (MemberNode node in _nodes) await node.DisposeAsync();
        await _network.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_record_goes_in_at_one_member_and_is_read_at_another_only_while_a_grant_runs()
    {
        LedgerClient atHospital = await ClientAsync(0), atClinic = await ClientAsync(2);
        PatientDirectory hospital = new(atHospital, _hospital.Party), clinic = new(atClinic, _clinic.Party);
        PatientView patient = Good(await new PatientRegistry(atHospital).EnsureStewardedAsync(_hospital, hospital, "urn:his", "4711"));
        PlainRecord[] records = [.. Enumerable.Range(0, 40).Select(i => new PlainRecord
        {
            Label = i % 2 == 0 ? "general" : "laboratory", System = "urn:his", SourceId = $"r{i}", Version = "1", Manifest = new byte[] { 1, (byte)i }, Content = new byte[] { 2, (byte)i },
        })];
        IReadOnlyList<DepositedRecord> deposited = Good(await new RecordDepositor(atHospital, _hospital, hospital).DepositAsync(patient.Did, records));
        deposited.Should().OnlyContain(record => record.Kind == DepositKind.Added);

        RecordReader reader = new(atClinic, clinic);
        AccessRequest ask = new() { Patient = patient.Did, Purpose = Purpose.Treatment, Role = Role.Clinician, Person = "dr-okafor" };
        (await reader.ReadAsync(ask)).IsOk.Should().BeFalse("nothing was granted");

        RecordReader stewards = new(atHospital, hospital);
        ConsentClient consents = new(atHospital, _hospital.StewardOf(patient.Did), hospital, stewards);
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Id16 grant = Good(await consents.GrantAsync(new GrantTerms { Grantee = _clinic.Did, Labels = ["general"], Purposes = [Purpose.Treatment], From = now - 1000, Until = now + 3_600_000 }));
        OpenedRecords read = await EventuallyAsync(() => reader.ReadAsync(ask));
        read.Records.Should().HaveCount(20);
        read.Records.Select(record => record.Content!.Value.ToArray()).Should().OnlyContain(content => content[0] == 2 && content[1] % 2 == 0);

        Good(await consents.RevokeAsync(grant));
        await EventuallyRefusedAsync(() => reader.ReadAsync(ask));

        LogPage log = Good(await atHospital.Queries.AccessLogAsync(_hospital.StewardOf(patient.Did).Holder with { Did = patient.Did }, patient.Did, -1, 500));
        log.Entries.Select(entry => HealthLedger.Protocol.Events.Outcome.Decode(entry.Outcome.Span).Value.Kind).Should().Contain(OutcomeKind.Denied).And.Contain(OutcomeKind.Permitted);

        byte[] receipt = Good(await _nodes[3].ReceiptAsync(deposited[7].Shard, deposited[7].StatementId!.Value, deposited[7].Index)).ToArray();
        ReceiptFacts facts = ReceiptVerifier.Verify(receipt, _network.Genesis).Value;
        facts.LeafIndex.Should().Be(deposited[7].Leaf);
    }

    [Fact]
    public async Task A_checkpoint_of_all_shards_is_cosigned_by_a_quorum()
    {
        LedgerClient client = await ClientAsync(0);
        Good(await new PatientRegistry(client).EnsureStewardedAsync(_hospital, new PatientDirectory(client, _hospital.Party), "urn:his", "1"));
        string note = await EventuallyAsync(() => _nodes[1].CheckpointAsync().AsTask());
        VerifiedCheckpoint checkpoint = new LedgerCheckpoint(_network.Genesis.Configuration).Verify(note).Value;
        checkpoint.Members.Length.Should().BeGreaterThanOrEqualTo(3);
        checkpoint.Size.Should().BeGreaterThan(1);
    }

    [Fact]
    public async Task A_query_is_answered_once_and_only_to_who_signed_it()
    {
        LedgerClient client = await ClientAsync(0);
        PatientView patient = Good(await new PatientRegistry(client).EnsureStewardedAsync(_hospital, new PatientDirectory(client, _hospital.Party), "urn:his", "2"));
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        byte[] head = new PatientHeadRequest(patient.Did.ToString()).Encode();
        byte[] query = SignedQuery.Sign(_clinic.Signing, _clinic.Did.ToString(), _network.Genesis.Network, QueryMethod.PatientHead, head, now, Id16.Random(_random));
        (await _nodes[0].QueryAsync(query)).IsOk.Should().BeTrue();
        (await _nodes[0].QueryAsync(query)).Fault.Code.Should().Be(FaultCode.QueryStale);
        byte[] old = SignedQuery.Sign(_clinic.Signing, _clinic.Did.ToString(), _network.Genesis.Network, QueryMethod.PatientHead, head, now - 61_000, Id16.Random(_random));
        (await _nodes[0].QueryAsync(old)).Fault.Code.Should().Be(FaultCode.QueryStale);
        byte[] forged = SignedQuery.Sign(_clinic.Signing, _hospital.Did.ToString(), _network.Genesis.Network, QueryMethod.PatientHead, head, now, Id16.Random(_random));
        (await _nodes[0].QueryAsync(forged)).Fault.Code.Should().Be(FaultCode.SignerUnknown);
        byte[] nosy = SignedQuery.Sign(_clinic.Signing, _clinic.Did.ToString(), _network.Genesis.Network, QueryMethod.AccessLog, new AccessLogRequest(patient.Did.ToString(), -1, 10).Encode(), now, Id16.Random(_random));
        (await _nodes[0].QueryAsync(nosy)).Fault.Code.Should().Be(FaultCode.NotFound);
    }

    [Fact]
    public async Task A_grant_that_ends_by_time_is_closed_by_an_entry()
    {
        LedgerClient client = await ClientAsync(0);
        PatientDirectory hospital = new(client, _hospital.Party);
        PatientView patient = Good(await new PatientRegistry(client).EnsureStewardedAsync(_hospital, hospital, "urn:his", "3"));
        ConsentClient consents = new(client, _hospital.StewardOf(patient.Did), hospital, new RecordReader(client, hospital));
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Good(await consents.GrantAsync(new GrantTerms { Grantee = _clinic.Did, Labels = ["general"], Purposes = [Purpose.Treatment], From = now - 1000, Until = now + 1_500 }));
        GrantState ended = await EventuallyAsync<GrantState>(async () =>
        {
            if (!(await consents.ListAsync()).TryGet(out IReadOnlyList<GrantState>? grants, out Fault fault)) return fault;
            return grants[0].EndedAt is null ? new Fault(FaultCode.NotFound, "The grant has not ended yet.") : grants[0];
        });
        ended.EndedAt.Should().BeGreaterThanOrEqualTo(now + 1_500);
    }

    private async Task<LedgerClient> ClientAsync(int member) => Good(await LedgerClient.ConnectAsync(new NodeConnection(_nodes[member]), _network.Genesis.Hash));

    private static OrganizationWallet WalletOf(OrganizationKeys keys) => new(keys.Did.Network, keys.Identity.Public, keys.Signing, keys.Sealing, keys.IndexKey);

    private static T Good<T>(Result<T> result)
    {
        result.IsOk.Should().BeTrue(result.IsOk ? "" : result.Fault.ToString());
        return result.Value;
    }

    // Members hear of a commit one after another, so what one has said the other may know a moment later.
    private static async Task<T> EventuallyAsync<T>(Func<Task<Result<T>>> ask)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(100));
        Result<T> answer = await ask();
        for (int i = 0; i < 200 && !answer.IsOk; i++)
        {
            await timer.WaitForNextTickAsync();
            answer = await ask();
        }
        return Good(answer);
    }

    private static async Task EventuallyRefusedAsync<T>(Func<Task<Result<T>>> ask)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(100));
        for (int i = 0; i < 200; i++)
        {
            if (!(await ask()).IsOk) return;
            await timer.WaitForNextTickAsync();
        }
        Assert.Fail("It was never refused.");
    }
}
