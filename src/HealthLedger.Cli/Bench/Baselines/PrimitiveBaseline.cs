using System.Diagnostics;
using System.Security.Cryptography;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Cli.Bench.Baselines;

/// <summary>What this machine's processors do of the operations that no ledger can save: the bound that throughput is compared with.</summary>
/// <param name="Cores">Processors used.</param>
/// <param name="VerificationsPerSecond">ES256 verifications on all cores together, keys imported once.</param>
/// <param name="SignaturesPerSecond">ES256 signatures on all cores together.</param>
/// <param name="EventHashesPerSecond">RFC 9162 leaf hashes of <see cref="EventBytes"/> bytes on all cores, in batches.</param>
/// <param name="NodeHashesPerSecond">RFC 9162 node hashes on all cores, in batches.</param>
public sealed record PrimitiveBaseline(int Cores, double VerificationsPerSecond, double SignaturesPerSecond, double EventHashesPerSecond, double NodeHashesPerSecond)
{
    /// <summary>The size of an event in the hash measurement: a record.add.</summary>
    public const int EventBytes = 420;

    /// <summary>Hashes that an event costs one replica beside its own: two tree nodes, its entry, its place in the body, and their nodes.</summary>
    public const int NodesPerEvent = 5;

    /// <summary>Measures for <paramref name="duration"/> each.</summary>
    public static PrimitiveBaseline Measure(TimeSpan duration, CancellationToken cancel)
    {
        using RandomNumberGenerator random = RandomNumberGenerator.Create();
        using SigningKey key = SigningKey.Generate(random);
        byte[] message = RandomNumberGenerator.GetBytes(300), signature = new byte[PublicKey.SignatureLength];
        key.Sign(message, signature);
        const int Batch = 256;
        ReadOnlyMemory<byte>[] events = [.. Enumerable.Range(0, Batch).Select(_ => (ReadOnlyMemory<byte>)RandomNumberGenerator.GetBytes(EventBytes))];
        return new PrimitiveBaseline(Environment.ProcessorCount,
            Rate(duration, cancel, () =>
            {
                if (!key.Public.Verify(message, signature)) throw new CryptographicException("A good signature did not verify.");
                return 1;
            }),
            Rate(duration, cancel, () =>
            {
                Span<byte> made = stackalloc byte[PublicKey.SignatureLength];
                key.Sign(message, made);
                return 1;
            }),
            Rate(duration, cancel, () =>
            {
                Span<Hash32> hashes = stackalloc Hash32[Batch];
                TreeHash.HashLeaves(events, hashes);
                return Batch;
            }),
            Rate(duration, cancel, () =>
            {
                Span<Hash32> pairs = stackalloc Hash32[2 * Batch], parents = stackalloc Hash32[Batch];
                TreeHash.HashNodes(pairs, parents);
                return Batch;
            }));
    }

    /// <summary>Events a second that verification and hashing alone would let through: all cores, shared by the replicas.</summary>
    /// <param name="replicas">Replicas on this machine, each of which verifies and hashes everything.</param>
    /// <param name="batch">Events under one signature.</param>
    public double Bound(int replicas, int batch) =>
        1 / (replicas * (1 / VerificationsPerSecond / batch + 1 / EventHashesPerSecond + NodesPerEvent / NodeHashesPerSecond));

    // Operations a second on all cores together; `work` says how many it did.
    private static double Rate(TimeSpan duration, CancellationToken cancel, Func<int> work)
    {
        long count = 0;
        Stopwatch watch = Stopwatch.StartNew();
        Parallel.For(0, Environment.ProcessorCount, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel }, _ =>
        {
            long own = 0;
            while (watch.Elapsed < duration) own += work();
            Interlocked.Add(ref count, own);
        });
        return count / watch.Elapsed.TotalSeconds;
    }
}
