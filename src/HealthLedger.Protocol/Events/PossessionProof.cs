using System.Text;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Events;

/// <summary>
/// A new key signs for the identity that takes it: ES256("healthledger/proof-of-possession/v1", UTF-8 of the DID), so that nobody can name a
/// key that is not theirs.
/// </summary>
public static class PossessionProof
{
    /// <summary>Signs with the new key: r ‖ s.</summary>
    public static byte[] Sign(ISigner key, LedgerDid identity)
    {
        byte[] signature = new byte[PublicKey.SignatureLength];
        key.Sign(Message(identity), signature);
        return signature;
    }

    /// <summary>True when the new key has signed for this identity. One verification.</summary>
    public static bool Verify(PublicKey key, LedgerDid identity, ReadOnlySpan<byte> signature) => key.Verify(Message(identity), signature);

    private static byte[] Message(LedgerDid identity) => [.. Domains.ProofOfPossession, .. Encoding.ASCII.GetBytes(identity.ToString())];
}
