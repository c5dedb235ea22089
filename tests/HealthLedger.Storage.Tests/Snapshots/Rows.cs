using System.Security.Cryptography;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Storage.Snapshots;
using HealthLedger.Storage.Snapshots.Sealing;

namespace HealthLedger.Storage.Tests.Snapshots;

/// <summary>Things to put into databases.</summary>
internal static class Rows
{
    public static readonly Hash32 Owner = HashOf("owner");

    public static Hash32 HashOf(string text) => Sha256.Hash(System.Text.Encoding.UTF8.GetBytes(text));

    public static SnapshotRow Row(string key, long? due = null, byte[]? bytes = null, string owner = "owner", SnapshotKind kind = SnapshotKind.GrantEnd, long height = 7) =>
        new(new RowPlace(HashOf(owner), kind, HashOf(key)), 3, height, HashOf("header"), 1, due, bytes ?? [1, 2, 3]);

    public static SnapshotChange Put(SnapshotRow row) => new(row.Place, row);

    public static SnapshotChange Delete(SnapshotRow row) => new(row.Place, null);

    public static SetEntry Member(string id, long expires, string set = "set") => new(HashOf(set), HashOf(id), expires);

    public static Snapshot Snapshot(string key, int bytes = 64, long? due = null, SnapshotKind kind = SnapshotKind.GrantEnd, long height = 7) => new()
    {
        Kind = kind, Key = System.Text.Encoding.UTF8.GetBytes(key), Shard = 3, Height = height, Header = HashOf("header"), Format = 1, Due = due, Bytes = RandomNumberGenerator.GetBytes(bytes),
    };

    public static SnapshotSecret Secret(string scope = "net/1") => new(SHA256.HashData("secret"u8), scope);

    public static string NameOf(Snapshot snapshot) => System.Text.Encoding.UTF8.GetString(snapshot.Key.Span);
}
