using HealthLedger.Consensus.Effects;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Validator.Tests.Network;

namespace HealthLedger.Validator.Tests.Healing;

/// <summary>What happens to one member's folder while it is stopped (PROTOCOL section 4, rule 9): noticed, healed, never a wrong answer.</summary>
public sealed class DamageTests
{
    private const int Victim = 3;

    [Theory]
    [InlineData("blocks", 11)]
    [InlineData("blocks", 12)]
    [InlineData("state", 13)]
    [InlineData("trees", 14)]
    [InlineData("objects", 15)]
    [InlineData("keys", 16)]
    public async Task Flipped_bits_are_found_and_healed_from_the_others(string part, int seed)
    {
        await using TestNetwork test = await TestNetwork.StartAsync(4);
        Hash32[] names = await FillAsync(test);
        await test.Network.StopMemberAsync(Victim);
        FlipBits(Path.Combine(test.StoreOf(Victim), part), new Random(seed), 40);

        await RestartAsync(test);

        await AssertWholeAsync(test, names);
    }

    [Theory]
    [InlineData("blocks")]
    [InlineData("state")]
    [InlineData("trees")]
    [InlineData("objects")]
    [InlineData("keys")]
    public async Task A_part_of_the_store_that_is_gone_comes_back_from_the_others(string part)
    {
        await using TestNetwork test = await TestNetwork.StartAsync(4);
        Hash32[] names = await FillAsync(test);
        await test.Network.StopMemberAsync(Victim);
        Directory.Delete(Path.Combine(test.StoreOf(Victim), part), recursive: true);

        await RestartAsync(test);

        await AssertWholeAsync(test, names);
    }

    [Fact]
    public async Task An_emptied_vote_log_follows_without_voting()
    {
        await using TestNetwork test = await TestNetwork.StartAsync(4);
        Hash32[] names = await FillAsync(test);
        await test.Network.StopMemberAsync(Victim);
        Directory.Delete(Path.Combine(test.StoreOf(Victim), "votes"), recursive: true);

        (await test.Network.StartMemberAsync(Victim)).IsOk.Should().BeTrue();
        await FillAsync(test);
        await test.UntilLevelAsync(0, 1, 2, Victim);

        ReplicaHealth health = test.Network.Member(Victim)!.Replica.Health;
        health.MayVote.Should().BeFalse();
        health.Shards.Should().OnlyContain(shard => shard.Mode == ReplicaMode.Following);
        await AssertSameAsync(test, names);
    }

    [Fact]
    public async Task An_emptied_folder_catches_up_and_is_silent_where_it_had_voted()
    {
        await using TestNetwork test = await TestNetwork.StartAsync(4);
        Hash32[] names = await FillAsync(test);
        await test.Network.StopMemberAsync(Victim);
        Directory.Delete(test.StoreOf(Victim), recursive: true);

        (await test.Network.StartMemberAsync(Victim)).IsOk.Should().BeTrue();
        await FillAsync(test);
        await test.UntilLevelAsync(0, 1, 2, Victim);

        test.Network.Member(Victim)!.Replica.Health.Shards.Should().Contain(shard => shard.Mode == ReplicaMode.Following);
        await AssertSameAsync(test, names);
    }

    [Fact]
    public async Task A_restored_old_copy_is_silent()
    {
        await using TestNetwork test = await TestNetwork.StartAsync(4);
        await FillAsync(test);
        await test.Network.StopMemberAsync(Victim);
        string copy = Path.Combine(test.Folder, "copy");
        Copy(test.StoreOf(Victim), copy);
        (await test.Network.StartMemberAsync(Victim)).IsOk.Should().BeTrue();
        await TestNetwork.UntilAsync(() => test.Network.Member(Victim)!.Replica.Health.IsVoting, "the member votes");
        Hash32[] names = await FillAsync(test);
        await test.UntilLevelAsync(0, 1, 2, Victim);
        await test.Network.StopMemberAsync(Victim);
        Directory.Delete(test.StoreOf(Victim), recursive: true);
        Directory.Move(copy, test.StoreOf(Victim));

        (await test.Network.StartMemberAsync(Victim)).IsOk.Should().BeTrue();
        await FillAsync(test);
        await test.UntilLevelAsync(0, 1, 2, Victim);

        test.Network.Member(Victim)!.Replica.Health.Shards.Should().Contain(shard => shard.Mode == ReplicaMode.Following);
        await AssertSameAsync(test, names);
    }

    private static async Task<Hash32[]> FillAsync(TestNetwork test)
    {
        List<Hash32> names = [];
        Task<Result<CommittedStatement>>[] all = new Task<Result<CommittedStatement>>[32];
        for (int i = 0; i < all.Length; i++)
        {
            byte[] content = Object(1, i), wrapped = Object(3, i);
            names.Add(Storage.Objects.ObjectVault.NameOf(content));
            names.Add(Storage.Objects.ObjectVault.NameOf(wrapped));
            all[i] = test.SubmitAsync(i % 3, test.NewPatients(test.Network.Organizations[0], 1 + i % 4), (ReadOnlyMemory<byte>)content, (ReadOnlyMemory<byte>)wrapped);
        }
        foreach (Result<CommittedStatement> committed in await Task.WhenAll(all)) committed.Fault.Code.Should().Be(FaultCode.None);
        return [.. names];

        static byte[] Object(uint kind, int i)
        {
            CborWriter writer = new();
            writer.WriteArrayStart(2);
            writer.WriteUInt(kind);
            byte[] bytes = new byte[300];
            Array.Fill(bytes, (byte)i);
            writer.WriteBytes(bytes);
            return writer.ToArray();
        }
    }

    private static async Task RestartAsync(TestNetwork test)
    {
        (await test.Network.StartMemberAsync(Victim)).IsOk.Should().BeTrue();
        await ScrubAsync(test);
        await FillAsync(test);
        await test.UntilLevelAsync(0, 1, 2, Victim);
        await ScrubAsync(test);
    }

    private static async Task ScrubAsync(TestNetwork test)
    {
        // Damaged rows end the replica; it is started again by itself.
        await TestNetwork.UntilAsync(() => test.Network.Member(Victim) is not null, "the member is up");
        try
        {
            await test.Network.Member(Victim)!.Replica.ScrubAsync();
        }
        catch (Exception ended) when (ended is ObjectDisposedException or IOException)
        {
            await TestNetwork.UntilAsync(() => test.Network.Member(Victim) is not null, "the member is up again");
        }
    }

    private static async Task AssertWholeAsync(TestNetwork test, Hash32[] names)
    {
        await TestNetwork.UntilAsync(() => test.Network.Member(Victim) is { } up && up.Replica.Health is { IsVoting: true, DamageOpen: 0 },
            () => "nothing is left to heal: " + string.Join("\n", test.Network.Member(Victim)!.Replica.Store.Health.Damages));
        await AssertSameAsync(test, names);
    }

    private static async Task AssertSameAsync(TestNetwork test, Hash32[] names)
    {
        Replica victim = test.Network.Member(Victim)!.Replica, sound = test.Network.Member(0)!.Replica;
        foreach (Hash32 name in names)
        {
            // An object that no event names is not looked for; one that is asked for by name is fetched.
            await victim.FetchObjectAsync(name);
            victim.GetObject(name)!.Value.Span.SequenceEqual(sound.GetObject(name)!.Value.Span).Should().BeTrue();
        }
        for (int shard = 0; shard <= 4; shard++) await test.UntilSameAsync(shard, 0, Victim);
    }

    private static void FlipBits(string folder, Random random, int count)
    {
        FileInfo[] files = [.. new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.Length > 0)];
        for (int i = 0; i < count; i++)
        {
            using FileStream stream = files[random.Next(files.Length)].Open(FileMode.Open, FileAccess.ReadWrite);
            stream.Position = random.NextInt64(Math.Min(stream.Length, 64 << 10));
            int value = stream.ReadByte();
            stream.Position--;
            stream.WriteByte((byte)(value ^ (1 << random.Next(8))));
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
