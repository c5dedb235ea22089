using System.Collections.Immutable;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Votes;
using HealthLedger.Rules.Execution;
using HealthLedger.Validator.Configurations;
using HealthLedger.Validator.Wire;

namespace HealthLedger.Validator.Snapshots;

/// <summary>
/// What proves a snapshot of a shard, piece by piece: <c>[[+ header: bstr], certificate: bstr, [* row chunk's root], [+ leaf chunk's root]]</c>. The headers lead from the
/// snapshot's height to the one that the certificate is of; the one 256 above the first has the state root. Immutable.
/// </summary>
internal sealed record SnapshotManifest(ImmutableArray<BlockHeader> Headers, Certificate Certificate, ImmutableArray<Hash32> RowChunks, ImmutableArray<Hash32> LeafChunks)
{
    /// <summary>Leaves in a chunk: a power of two.</summary>
    public const int ChunkLeaves = 4_096;

    private const int HeadersMax = (int)StateRoot.BehindBlocks + 64;
    private const int ChunksMax = 1 << 22;

    /// <summary>The header that the snapshot is of.</summary>
    public BlockHeader Head => Headers[0];

    /// <summary>The encoded form.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(Headers.Length * 400 + (RowChunks.Length + LeafChunks.Length) * 34 + 4_096);
        writer.WriteArrayStart(4);
        writer.WriteArrayStart(Headers.Length);
        foreach (BlockHeader header in Headers) writer.WriteBytes(header.Encode());
        writer.WriteBytes(CertificateBytes.Encode(Certificate));
        writer.WriteHashes([.. RowChunks]);
        writer.WriteHashes([.. LeafChunks]);
        return writer.ToArray();
    }

    /// <summary>Reads a manifest and checks all that it says of itself: chain, certificate, state root, tree root. A fault where anything does not hold.</summary>
    public static Result<SnapshotManifest> Decode(ReadOnlySpan<byte> bytes, int shard, ConfigurationBook book)
    {
        CborReader reader = new(bytes);
        reader.ReadArrayStart(4);
        int count = reader.ReadArrayStart();
        if (count is <= (int)StateRoot.BehindBlocks or > HeadersMax) reader.Fail("The snapshot's headers do not reach from its height to a certified one.");
        ImmutableArray<BlockHeader>.Builder headers = ImmutableArray.CreateBuilder<BlockHeader>();
        for (int i = 0; i < count && !reader.Failed; i++)
            if (BlockHeader.Decode(reader.ReadBytes()).TryGet(out BlockHeader? header, out Fault malformed)) headers.Add(header);
            else if (!reader.Failed) return malformed;
        Certificate? certificate = reader.Failed ? null : CertificateBytes.TryDecode(reader.ReadBytes().ToArray());
        Hash32[] rows = reader.ReadHashes(ChunksMax), leaves = reader.ReadHashes(ChunksMax);
        if (!reader.End()) return reader.Fault;
        if (certificate is null) return Broken("It has no certificate.");
        SnapshotManifest manifest = new(headers.ToImmutable(), certificate, [.. rows], [.. leaves]);
        return manifest.Check(shard, book) is { } fault ? fault : manifest;
    }

    private Fault? Check(int shard, ConfigurationBook book)
    {
        if (StateRoot.HeightOf(Head.Height + StateRoot.BehindBlocks) != Head.Height) return Broken("There is no state root of its height.");
        for (int i = 0; i < Headers.Length; i++)
        {
            if (Headers[i].Network != book.Genesis.Network || Headers[i].Shard != shard || Headers[i].Height != Head.Height + i) return Broken("A header is not of its place.");
            if (i > 0 && Headers[i].Parent != Headers[i - 1].ComputeHash()) return Broken("A header is not the child of the one before.");
        }
        Vote vote = Certificate.Vote;
        if (vote.Kind != VoteKind.Commit || vote.Shard != shard || vote.Height != Headers[^1].Height || vote.Block != Headers[^1].ComputeHash()) return Broken("The certificate is of another block.");
        // Those who left could certify any later header with the keys that they kept.
        if (vote.Epoch.Config != Headers[^1].Config) return Broken("The certificate is of another configuration than the header.");
        if (book.TryGet(vote.Epoch.Config) is not { } configuration) return new Fault(FaultCode.ConfigurationUnknown, $"Configuration {vote.Epoch.Config} is not known here.");
        if (CertificateVerifier.Check(configuration, Certificate) is { } unproven) return unproven;
        if (SnapshotIndex.RootOf(RowChunks.AsSpan()) != Headers[(int)StateRoot.BehindBlocks].StateRoot) return Broken("The rows are not those of the state root.");
        if (LeafChunks.Length != (Head.TreeSize + ChunkLeaves - 1) / ChunkLeaves || SnapshotIndex.RootOf(LeafChunks.AsSpan()) != Head.TreeRoot) return Broken("The leaves are not those of the tree.");
        return null;
    }

    private static Fault Broken(string sentence) => new(FaultCode.ProofInvalid, $"snapshot: {sentence}");
}
