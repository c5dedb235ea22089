using System.Collections.Concurrent;
using System.Security.Cryptography;
using HealthLedger.Actors.Nodes;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Cluster.Tests.Hostile;

/// <summary>A member's node under what is not meant well, from many sides at once, while others work.</summary>
public sealed class NodeAbuseTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Broken_oversized_and_repeated_submissions_and_queries_are_refused_while_records_go_in()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("4711");
        await cluster.UntilLevelAsync(0, 1, 2, 3);
        RecordingConnection recorded = new(cluster, 1);
        Seat watched = new(TestCluster.Good(await Client.LedgerClient.ConnectAsync(recorded, cluster.Network.Genesis.Hash, clock: cluster.Clock)), cluster.Hospital);
        await watched.DepositAsync(patient, 0, 4);
        MemberNode node = (await cluster.NodeAsync(1))!;
        ConcurrentDictionary<FaultCode, int> codes = new();
        using CancellationTokenSource end = new();

        Task abuse = Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => AbuseAsync(node, recorded, new Random(i), codes, end.Token))));
        for (int i = 0; i < 12; i++) await hospital.DepositAsync(patient, 100 + i * 4, 4);
        await end.CancelAsync();
        await abuse;

        output.WriteLine(string.Join(", ", codes.OrderByDescending(code => code.Value).Select(code => $"{code.Value} × {code.Key}")));
        codes.Keys.Should().NotContain(FaultCode.Defect).And.NotContain(FaultCode.None);
        codes.Keys.Should().OnlyContain(code => FaultTable.Row(code).Sentence.Length > 0);
        cluster.Log.Defects.Should().BeEmpty();
        await cluster.UntilLevelAsync(0, 1, 2, 3);
        TestCluster.Good(await (await cluster.SeatAsync(1, cluster.Hospital)).Reader.ReadAsync(Seat.Access(patient))).Records.Should().HaveCount(52, "nothing of it went in");
    }

    private static async Task AbuseAsync(MemberNode node, RecordingConnection recorded, Random random, ConcurrentDictionary<FaultCode, int> codes, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            SubmissionEnvelope sound = recorded.Submissions[random.Next(recorded.Submissions.Count)];
            byte[] changed = sound.Submission.ToArray();
            switch (random.Next(4))
            {
                case 0: changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8)); break;
                case 1: changed = changed[..random.Next(changed.Length)]; break;
                case 2: changed = [.. changed, .. new byte[2 << 20]]; break;
                default: random.NextBytes(changed); break;
            }
            Result<CommittedStatement> answer = await node.SubmitAsync(new SubmissionEnvelope(changed, [RandomNumberGenerator.GetBytes(64)]));
            // A change in the signature alone leaves the statement the one that is committed already: it is told where, as it would be to anyone who has its id.
            if (answer.IsOk) answer.Value.StatementId.Should().Be(Submission.Decode(sound.Submission).Value.Statement.Id);
            else Count(answer.Fault);
            ReadOnlyMemory<byte> query = recorded.Queries[random.Next(recorded.Queries.Count)];
            Count((await node.QueryAsync(query)).Fault);
            byte[] broken = query.ToArray();
            broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
            Result<ReadOnlyMemory<byte>> asked = await node.QueryAsync(broken);
            asked.IsOk.Should().BeFalse("a query with a flipped bit is not the asker's");
            Count(asked.Fault);
            Count((await node.ReceiptAsync(random.Next(-2, 9), new Hash32(RandomNumberGenerator.GetBytes(32)), random.Next(-5, 5))).Fault);
        }

        void Count(Fault fault) => codes.AddOrUpdate(fault.Code, 1, (_, count) => count + 1);
    }

    /// <summary>Keeps a copy of what goes through.</summary>
    private sealed class RecordingConnection(TestCluster cluster, int member) : MemberConnection(cluster, member)
    {
        public List<SubmissionEnvelope> Submissions { get; } = [];

        public List<ReadOnlyMemory<byte>> Queries { get; } = [];

        public override Task<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, CancellationToken cancel = default)
        {
            Submissions.Add(envelope);
            return base.SubmitAsync(envelope, cancel);
        }

        public override Task<Result<ReadOnlyMemory<byte>>> QueryAsync(ReadOnlyMemory<byte> signedQuery, CancellationToken cancel = default)
        {
            Queries.Add(signedQuery.ToArray());
            return base.QueryAsync(signedQuery, cancel);
        }
    }
}
