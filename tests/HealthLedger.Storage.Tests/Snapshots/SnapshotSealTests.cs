using System.Security.Cryptography;
using HealthLedger.Protocol;
using HealthLedger.Storage.Snapshots;
using HealthLedger.Storage.Snapshots.Sealing;
using static HealthLedger.Storage.Tests.Snapshots.Rows;

namespace HealthLedger.Storage.Tests.Snapshots;

public sealed class SnapshotSealTests
{
    [Fact]
    public void What_was_sealed_opens_again()
    {
        SnapshotSeal seal = new(Secret());
        foreach (long? due in new long?[] { null, 0, -5, long.MaxValue })
        {
            Snapshot snapshot = Snapshot("did:example:1", 500, due);
            Snapshot opened = seal.Open(seal.Seal(snapshot))!;
            opened.Should().BeEquivalentTo(snapshot, options => options.Excluding(item => item.Bytes).Excluding(item => item.Key));
            opened.Key.ToArray().Should().Equal(snapshot.Key.ToArray());
            opened.Bytes.ToArray().Should().Equal(snapshot.Bytes.ToArray());
        }
    }

    [Fact]
    public void A_row_that_was_altered_anywhere_does_not_open()
    {
        SnapshotSeal seal = new(Secret());
        SnapshotRow row = seal.Seal(Snapshot("a", 40, due: 5));
        SnapshotRow[] altered =
        [
            row with { Shard = 4 }, row with { Height = 8 }, row with { Header = HashOf("another") }, row with { Format = 2 }, row with { Due = 6 }, row with { Due = null },
            row with { Place = row.Place with { Kind = SnapshotKind.GrantEndsMark } }, row with { Place = row.Place with { Key = HashOf("x") } }, row with { Place = row.Place with { Owner = HashOf("x") } },
            row with { Place = seal.PlaceOf(SnapshotKind.GrantEnd, "b"u8) }, row with { Sealed = default }, row with { Sealed = new byte[SnapshotSeal.SealedBytesMax + 1] },
        ];
        altered.Should().OnlyContain(lie => seal.Open(lie) == null);
        for (int i = 0; i < row.Sealed.Length; i++)
        {
            byte[] bytes = row.Sealed.ToArray();
            bytes[i] ^= 1;
            seal.Open(row with { Sealed = bytes }).Should().BeNull();
            seal.Open(row with { Sealed = row.Sealed[..i] }).Should().BeNull();
        }
    }

    [Fact]
    public void Another_secret_or_member_finds_nothing_and_opens_nothing()
    {
        SnapshotSeal mine = new(Secret()), others = new(Secret("net/2")), strangers = new(new SnapshotSecret(RandomNumberGenerator.GetBytes(32), "net/1"));
        SnapshotRow row = mine.Seal(Snapshot("a"));
        foreach (SnapshotSeal seal in new[] { others, strangers })
        {
            RowPlace place = seal.PlaceOf(SnapshotKind.GrantEnd, "a"u8);
            place.Owner.Should().NotBe(row.Place.Owner);
            place.Key.Should().NotBe(row.Place.Key);
            seal.Open(row).Should().BeNull();
            seal.Open(row with { Place = place }).Should().BeNull();
        }
    }

    [Fact]
    public void A_database_sees_neither_names_nor_payloads()
    {
        SnapshotRow row = new SnapshotSeal(Secret()).Seal(Snapshot("did:healthledger:net:patient") with { Bytes = "grantee:insurer"u8.ToArray() });
        byte[] seen = [.. row.Place.Owner.ToArray(), .. row.Place.Key.ToArray(), .. row.Sealed.ToArray()];
        seen.AsSpan().IndexOf("patient"u8).Should().Be(-1);
        seen.AsSpan().IndexOf("insurer"u8).Should().Be(-1);
    }

    [Fact]
    public void A_secret_is_made_once_for_its_owner_alone_and_kept()
    {
        string folder = Directory.CreateTempSubdirectory("healthledger-secret-").FullName;
        string file = Path.Combine(folder, "snapshots.key");
        using RandomNumberGenerator random = RandomNumberGenerator.Create();
        Hash32 first = SnapshotSecret.Open(file, "net/1", random).Value.Owner;
        SnapshotSecret.Open(file, "net/1", random).Value.Owner.Should().Be(first);
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(file).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllBytes(file, [1, 2, 3]);
        SnapshotSecret.Open(file, "net/1", random).IsOk.Should().BeFalse();
        File.Delete(file);
        SnapshotSecret.Open(file, "net/1", random).Value.Owner.Should().NotBe(first);
        Directory.Delete(folder, recursive: true);
    }
}
