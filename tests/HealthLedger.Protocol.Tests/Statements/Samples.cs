using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;
using Organization = HealthLedger.Protocol.Genesis.Organization;

namespace HealthLedger.Protocol.Tests.Statements;

/// <summary>Fixed keys, identifiers and small formats made of them, the same at every run but for signatures.</summary>
internal static class Samples
{
    public const string Network = "demo-k3f9a2x7";
    public const int Shards = 4;
    public const long Time = 1_790_000_000_000;

    public static byte[] Seed(int number)
    {
        byte[] seed = new byte[32];
        BitConverter.TryWriteBytes(seed, number);
        return seed;
    }

    public static SigningKey Signer(int number) => SigningKey.FromSeed(Seed(number));

    public static SealingKey Sealer(int number) => SealingKey.FromSeed(Seed(number));

    public static Id16 Id(int number)
    {
        byte[] id = new byte[16];
        BitConverter.TryWriteBytes(id, number);
        id[15] = 0x5a;
        return new Id16(id);
    }

    public static Hash32 Hash(int number) => Hashing.Sha256.Hash(BitConverter.GetBytes(number));

    public static string Did(int number) => GenesisFile.DidOf(Network, Signer(number).Public).ToString();

    /// <summary>A body of so many fields, each a hash, as a record's is.</summary>
    public static byte[] Body(int fields)
    {
        CborWriter writer = new();
        writer.WriteMapStart(fields);
        for (int i = 1; i <= fields; i++)
        {
            writer.WriteUInt((ulong)i);
            writer.WriteHash(Hash(i));
        }
        return writer.ToArray();
    }

    public static Event Event(int number, string? subject = null, int fields = 3) =>
        Protocol.Statements.Event.Create(300, subject ?? Did(1000), Id(number), Body(fields)).Value;

    public static Submission Submission(int events, ISigner? signer = null, long? seq = null, bool atomic = false, int fields = 3, int salt = 1)
    {
        using SigningKey own = Signer(7);
        string subject = Did(1000);
        SubmissionBuilder builder = new(Network, Protocol.Statements.Shards.Of(subject, Shards), Did(7)) { Seq = seq, Atomic = atomic };
        for (int i = 0; i < events; i++) builder.Add(Event(salt * 10_000 + i, subject, fields)).Should().BeNull();
        return builder.Sign(signer ?? own, Time, Time + 600_000, Id(salt)).Value;
    }

    public static Member Member(int number, Func<int, ISigner>? signer = null)
    {
        signer ??= Signer;
        return Protocol.Genesis.Member.Certify(Network, $"Member {number}", signer(100 + number), signer(200 + number).Public, signer(300 + number).Public,
            Sealer(400 + number).Public, $"127.0.0.1:{7000 + number}");
    }

    public static GenesisFile Genesis(int members = 4, Func<int, ISigner>? signer = null)
    {
        signer ??= Signer;
        GenesisBuilder builder = new(Network, Time, Shards);
        for (int i = 0; i < members; i++) builder.Add(Member(i, signer));
        builder.Add(new Organization("Clinic", signer(7).Public, [signer(7).Public], Sealer(7).Public, Events.OrganizationRoles.Provider | Events.OrganizationRoles.Emergency));
        return builder.Build(Enumerable.Range(0, members).Select(i => signer(100 + i)).ToArray()).Value;
    }
}
