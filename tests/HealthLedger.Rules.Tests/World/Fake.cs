using System.Text;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Rules.Tests.World;

/// <summary>Values that a name stands for.</summary>
internal static class Fake
{
    public static Hash32 Hash(string name) => Sha256.Hash(Encoding.UTF8.GetBytes(name));

    public static Id16 Id(string name) => new(Hash(name).Bytes[..16]);

    public static SigningKey Key(string name) => SigningKey.FromSeed(Hash(name).Bytes);
}
