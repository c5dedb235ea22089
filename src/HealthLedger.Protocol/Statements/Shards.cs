using System.Buffers.Binary;
using System.Text;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Protocol.Statements;

/// <summary>Which shard a subject belongs to (FORMATS.md section 1): the directory to 0, everything else by hash to 1..N.</summary>
public static class Shards
{
    /// <summary>The shard of members, keys, configurations and checkpoints.</summary>
    public const int Directory = 0;

    /// <summary>The subject of the directory's own events.</summary>
    public const string DirectorySubject = "directory";

    /// <summary>Most shards of a network, the directory not counted.</summary>
    public const int CountMax = 1024;

    /// <summary>The shard of a subject: one hash.</summary>
    /// <param name="subject">At most 255 bytes of UTF-8.</param>
    /// <param name="shards">The network's number of shards, the directory not counted.</param>
    public static int Of(string subject, int shards)
    {
        Span<byte> utf8 = stackalloc byte[Event.SubjectBytesMax];
        if (!Encoding.UTF8.TryGetBytes(subject, utf8, out int length))
            throw new ArgumentException($"A subject has at most {Event.SubjectBytesMax} bytes.", nameof(subject));
        return Of(utf8[..length], shards);
    }

    /// <summary>The shard of a subject given as UTF-8: one hash.</summary>
    public static int Of(ReadOnlySpan<byte> subjectUtf8, int shards)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, 1);
        if (subjectUtf8.SequenceEqual("directory"u8)) return Directory;
        Hash32 hash = Sha256.Hash(subjectUtf8);
        return 1 + (int)(BinaryPrimitives.ReadUInt64BigEndian(hash.Bytes) % (ulong)shards);
    }
}
