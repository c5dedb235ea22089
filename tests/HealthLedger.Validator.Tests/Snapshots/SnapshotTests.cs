using HealthLedger.Actors.LedgerShards;
using HealthLedger.Actors.Network;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Rules.Execution;
using HealthLedger.Validator.Audit;
using HealthLedger.Validator.Snapshots;
using HealthLedger.Validator.Tests.Network;
using HealthLedger.Validator.Tests.Reconfiguration;
using HealthLedger.Validator.Wire;

namespace HealthLedger.Validator.Tests.Snapshots;

/// <summary>The state root of every 4,096th header (PROTOCOL section 3), and newcomers that begin from it.</summary>
public sealed class SnapshotTests
{
    private const int Shard = 1;
    private const long Taken = StateRoot.EveryBlocks - StateRoot.BehindBlocks;

    [Fact]
    public async Task A_newcomer_begins_with_a_snapshot_whose_every_piece_is_checked_and_has_all_blocks_afterwards()
    {
        StandaloneOptions options = TestNetwork.Options with
        {
            Shards = 1,
            Organizations = [],
            Shard = new LedgerShardOptions { Block = BuildLimits.Format with { StatementsMax = 1 }, BlocksAtLowLoad = 8 },
            Replica = new ReplicaOptions { Folder = "", SnapshotAfterBlocks = 1_000 },
        };
        await using TestNetwork test = await TestNetwork.StartAsync(1, options);
        await FillAsync(test, (int)StateRoot.EveryBlocks + 100);
        Replica old = test.Network.Member(0)!.Replica;
        old.HeaderAt(Shard, StateRoot.EveryBlocks)!.StateRoot.Should().NotBeNull();
        old.HeaderAt(Shard, StateRoot.EveryBlocks - 1)!.StateRoot.Should().BeNull();
        await EveryForgedPieceIsRefusedAsync(test);

        int joiner = test.Network.AddMember("Lakeside Hospital");
        Council council = new(test);
        await council.ProposeAsync([0, joiner], null, joiner);
        StandaloneMember begun = (await test.Network.StartMemberAsync(joiner)).Value;
        await council.UntilInForceAsync(council.Newest);
        test.Network.Member(joiner)!.Should().NotBeSameAs(begun, "it started anew on the snapshot");
        (await test.SubmitAsync(joiner, test.NewPatients(test.Network.Organizations[0], Shard))).Fault.Should().Be(default(Fault));

        Replica young = test.Network.Member(joiner)!.Replica;
        await TestNetwork.UntilAsync(() => Enumerable.Range(1, (int)Taken).All(height => young.Record(Shard, height) is not null), "the blocks below the snapshot are here");
        await test.UntilLevelAsync(0, joiner);
        await test.UntilSameAsync(Shard, 0, joiner);
        await test.Network.StopMemberAsync(joiner);
        await using FolderSource source = FolderSource.Open(test.StoreOf(joiner), TimeProvider.System).Value;
        AuditReport report = await new AuditRunner(test.Network.Genesis, source, Path.Combine(test.Folder, "audit"), TimeProvider.System).RunAsync();
        report.Finding.Should().BeNull(report.Finding?.ToString());
    }

    private static async Task FillAsync(TestNetwork test, int blocks)
    {
        StandaloneMember member = test.Network.Member(0)!;
        using SemaphoreSlim onTheirWay = new(64);
        while (member.Replica.TipOf(Shard).Info.Height < blocks)
        {
            await onTheirWay.WaitAsync(TimeSpan.FromSeconds(20));
            byte[] submission = test.NewPatients(test.Network.Organizations[0], Shard).Encode();
            _ = Task.Run(async () =>
            {
                await member.Shard(Shard).SubmitAsync(new SubmissionEnvelope(submission, []));
                onTheirWay.Release();
            });
        }
        for (int i = 0; i < 64; i++) await onTheirWay.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static async Task EveryForgedPieceIsRefusedAsync(TestNetwork test)
    {
        Replica replica = test.Network.Member(0)!.Replica;
        byte[] encoded = await AskAsync(replica, new PeerRequest(PeerRequestKind.Snapshot, Shard, 0, default));
        SnapshotManifest manifest = SnapshotManifest.Decode(encoded, Shard, replica.Book).Value;
        (manifest.Head.Height, manifest.RowChunks.Length > 1).Should().Be((Taken, true));
        byte[] rows = await AskAsync(replica, new PeerRequest(PeerRequestKind.SnapshotRows, Shard, Taken, default, 1));
        byte[] leaves = await AskAsync(replica, new PeerRequest(PeerRequestKind.SnapshotLeaves, Shard, Taken, default, 0));
        string store = Path.Combine(test.Folder, "forged");
        SnapshotFolder folder = new(store, Shard);
        folder.Begin(manifest);
        Random random = new(3);
        for (int i = 0; i < 100; i++)
        {
            SnapshotManifest.Decode(Forged(encoded, random), Shard, replica.Book).IsOk.Should().BeFalse();
            folder.PutRows(manifest, 1, Forged(rows, random)).Should().BeFalse();
            folder.PutLeaves(manifest, 0, Forged(leaves, random)).Should().BeFalse();
        }
        folder.PutRows(manifest, 0, rows).Should().BeFalse("a right chunk at a wrong place is a wrong one");
        folder.PutRows(manifest, 1, rows).Should().BeTrue();
        SnapshotFolder again = new(store, Shard);
        again.Rows(again.Manifest(replica.Book)!, 1).Should().NotBeNull("what was fetched need not be fetched again");
        (await AskAsync(replica, new PeerRequest(PeerRequestKind.SnapshotRows, Shard, Taken - 1, default, 0))).Should().BeEmpty();
        (await AskAsync(replica, new PeerRequest(PeerRequestKind.SnapshotRows, Shard, Taken, default, int.MaxValue))).Should().BeEmpty();
    }

    private static async Task<byte[]> AskAsync(Replica replica, PeerRequest request) => (await replica.AnswerAsync(replica.MemberId, request.Encode(), CancellationToken.None)).ToArray();

    private static byte[] Forged(byte[] sound, Random random)
    {
        byte[] forged = [.. sound];
        forged[random.Next(forged.Length)] ^= (byte)(1 << random.Next(8));
        return forged;
    }
}
