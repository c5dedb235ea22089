using HealthLedger.Protocol;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Storage.Files;

namespace HealthLedger.Storage.Tests;

/// <summary>How the tests open a store: small files, a seeded source of salts, background work step by step.</summary>
internal static class Replica
{
    public const string Folder = "/replica";

    public static StorageOptions Options(int seed) => new()
    {
        SegmentBytes = 64 << 10,
        PrepareBytes = 16 << 10,
        VoteFileBytes = 32 << 10,
        StateMemoryBytes = 8 << 10,
        IndexMemoryBytes = 4 << 10,
        BlockCacheBytes = 64 << 10,
        TreeFlushLeaves = 300,
        RunsPerLevel = 3,
        RunBackground = false,
        Random = Seeded(seed),
    };

    public static ReplicaStore Open(IFileSystem files, int seed = 1, TimeProvider? time = null, string folder = Folder) =>
        ReplicaStore.Open(folder, Options(seed), time ?? TimeProvider.System, files).Value;

    public static byte[] Bytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static Hash32 Hash(int number) => Sha256.Hash(BitConverter.GetBytes(number));

    public static Hash32[] Leaves(int first, int count) => [.. Enumerable.Range(first, count).Select(Hash)];

    private static Func<ulong> Seeded(int seed)
    {
        Random random = new(seed);
        Lock gate = new();
        return () =>
        {
            lock (gate) return (ulong)random.NextInt64();
        };
    }
}
