using System.Security.Cryptography;
using HealthLedger.Cli.Bench.Baselines;
using HealthLedger.Client.Consent;
using HealthLedger.Client.Read;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Statements;
using HealthLedger.Storage.Snapshots;
using HealthLedger.Storage.Snapshots.Sealing;
using HealthLedger.TestMaterial;
using Npgsql;

namespace HealthLedger.Cluster.Tests.Databases;

/// <summary>The database behind the members' nodes is lost in every way while they work: consents, timelines, access logs and contents stay as they were.</summary>
public sealed class GrainDatabaseTests : IAsyncLifetime
{
    private static readonly RandomNumberGenerator Random = RandomNumberGenerator.Create();

    private readonly PostgresFixture _postgres = new();
    private PostgresServer _server = null!;
    private NodeDatabase _database = null!;
    private TestCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await _postgres.RequireAsync();
        await ExecuteAsync("CREATE DATABASE grains");
        DatabaseOptions options = new()
        {
            Kind = DatabaseKind.Postgres, ConnectionString = _server.ConnectionString.Replace("Database=postgres", "Database=grains", StringComparison.Ordinal),
            ReadTimeout = TimeSpan.FromSeconds(10), ConnectTimeout = TimeSpan.FromSeconds(10),
        };
        _database = TestCluster.Good(await NodeDatabase.OpenAsync(options, "", TimeProvider.System));
        SnapshotStore[] stores = [.. Enumerable.Range(0, 4).Select(member => _database.Store(new SnapshotSecret(RandomNumberGenerator.GetBytes(32), $"test/{member}")))];
        _cluster = await TestCluster.StartAsync(snapshots: member => stores[member]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    [Fact]
    public async Task Dropped_and_created_empty_it_changes_no_answer_and_is_filled_again()
    {
        Seat hospital = await _cluster.SeatAsync(0, _cluster.Hospital), clinic = await _cluster.SeatAsync(1, _cluster.Clinic);
        LedgerDid patient = await hospital.PatientAsync("4711");
        await hospital.DepositAsync(patient, 0, 8);
        ConsentClient consents = hospital.ConsentFor(patient);
        long now = _cluster.Clock.Now;
        TestCluster.Good(await consents.GrantAsync(hospital.Terms(clinic.Wallet.Did, now, now + 3_600_000)));
        Id16 revoked = TestCluster.Good(await consents.GrantAsync(hospital.Terms(clinic.Wallet.Did, now, now + 7_200_000)));
        TestCluster.Good(await consents.RevokeAsync(revoked));
        Permit permit = await Waiting.EventuallyAsync(() => clinic.Reader.AccessAsync(Seat.Access(patient)));
        await _cluster.UntilLevelAsync(0, 1, 2, 3);
        await UntilRowsAsync();
        // Answers to the same questions at the same block, so that they can be compared byte for byte.
        _cluster.Clock.StopAt(permit.Time + 1_000);
        string[] before = await AnswersAsync(patient, permit);

        await ExecuteAsync("DROP DATABASE grains WITH (FORCE)");
        (await AnswersAsync(patient, permit)).Should().Equal(before, "a database that is away is not asked");
        await Waiting.UntilAsync(async () =>
        {
            await _database.Sets.AddAsync("t", "x"u8, DateTimeOffset.MaxValue);
            return _database.Warning is not null;
        }, "the node notices");
        (await _cluster.NodeAsync(2))!.Health().Warnings.Should().Contain(warning => warning.Contains("database of snapshots"));
        (await _cluster.NodeAsync(2))!.Health().Ready.Should().BeTrue();

        await ExecuteAsync("CREATE DATABASE grains");
        await Waiting.UntilAsync(() => _database.Warning is null, "the database is used again");
        (await AnswersAsync(patient, permit)).Should().Equal(before);

        for (int member = 0; member < 4; member++)
        {
            await _cluster.StopAsync(member);
            await _cluster.RestartAsync(member);
        }
        await _cluster.UntilVotingAsync();
        await UntilRowsAsync();
        (await AnswersAsync(patient, permit)).Should().Equal(before);
        TestCluster.Good(await (await _cluster.SeatAsync(1, _cluster.Clinic)).Reader.OpenAsync(permit)).Records.Should().HaveCount(8);

        // A grant that ends after all that still gets its closing entry.
        _cluster.Clock.Shift(TimeSpan.FromHours(2));
        await (await _cluster.NodeAsync(0))!.LookAtConsentsAsync();
        await Waiting.UntilAsync(async () =>
        {
            Seat again = await _cluster.SeatAsync(0, _cluster.Hospital);
            Protocol.Errors.Result<IReadOnlyList<GrantState>> grants = await again.ConsentFor(patient).ListAsync();
            return grants.IsOk && grants.Value.All(grant => grant.EndedAt is not null);
        }, "the grant is closed");
    }

    // The rows of a grant's end, one for each member. The clock stands still, so nobody looks by himself once the look at the start is over.
    private Task UntilRowsAsync() => Waiting.UntilAsync(async () =>
    {
        for (int member = 0; member < 4; member++)
            if (await _cluster.NodeAsync(member) is { } node) await node.LookAtConsentsAsync();
        return (long)(await ScalarAsync("SELECT count(*) FROM healthledger.snapshots WHERE kind = 1"))! >= 4;
    }, "each member's list has the grants");

    private async Task<string[]> AnswersAsync(LedgerDid patient, Permit permit)
    {
        List<string> answers = [];
        for (int member = 0; member < 4; member++)
        {
            foreach ((QueryMethod method, byte[] request) in new[]
            {
                (QueryMethod.PatientHead, new PatientHeadRequest(patient.ToString()).Encode()),
                (QueryMethod.Grants, new GrantsRequest(patient.ToString()).Encode()),
                (QueryMethod.AccessLog, new AccessLogRequest(patient.ToString(), -1, ExchangeLimits.LogEntriesMax).Encode()),
            })
                answers.Add(await AskAsync(member, _cluster.Hospital, patient.ToString(), method, request));
            byte[] release = new ReleaseRequest { Shard = permit.Shard, StatementId = permit.StatementId, Index = permit.Index, WantContent = true }.Encode();
            answers.Add(await AskAsync(member, _cluster.Clinic, _cluster.Clinic.Did.ToString(), QueryMethod.Release, release));
        }
        answers.Should().OnlyContain(answer => answer.Length > 100);
        return [.. answers];
    }

    private async Task<string> AskAsync(int member, Client.Keys.OrganizationWallet wallet, string issuer, QueryMethod method, byte[] request)
    {
        byte[] query = SignedQuery.Sign(wallet.Signing, issuer, _cluster.Network.Genesis.Network, method, request, _cluster.Clock.Now, Id16.Random(Random));
        return Convert.ToHexString((await Waiting.EventuallyAsync(async () => await (await _cluster.NodeAsync(member))!.QueryAsync(query))).Span);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(_server.ConnectionString);
        await using NpgsqlCommand command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(_server.ConnectionString.Replace("Database=postgres", "Database=grains", StringComparison.Ordinal));
        await using NpgsqlCommand command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
