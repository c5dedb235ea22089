using System.Security.Cryptography;
using HealthLedger.Client.Ids;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Client.Keys;

/// <summary>
/// An organization's keys: the identity key that its DID follows from, the key that signs its statements, the key that others seal to, and
/// the index key of its blinded ids, which is never rotated.
/// </summary>
public sealed class OrganizationWallet : IDisposable
{
    private readonly byte[] _indexKey;

    /// <summary>Takes keys over; the wallet disposes of them.</summary>
    /// <param name="network">The network's name.</param>
    /// <param name="identity">The identity key's public half.</param>
    /// <param name="signing">Signs statements; may be the identity key itself.</param>
    /// <param name="sealing">Opens what is sealed to the organization.</param>
    /// <param name="indexKey">32 secret bytes.</param>
    public OrganizationWallet(string network, PublicKey identity, SigningKey signing, SealingKey sealing, ReadOnlySpan<byte> indexKey)
    {
        Did = GenesisFile.DidOf(network, identity);
        (Identity, Signing, Sealing) = (identity, signing, sealing);
        _indexKey = indexKey.ToArray();
        Ids = new SourceIds(_indexKey);
        Party = new Party(Did, signing, sealing);
    }

    /// <summary>The organization's identity.</summary>
    public LedgerDid Did { get; }

    /// <summary>The identity key's public half.</summary>
    public PublicKey Identity { get; }

    /// <summary>Signs statements.</summary>
    public SigningKey Signing { get; }

    /// <summary>Opens what is sealed to the organization.</summary>
    public SealingKey Sealing { get; }

    /// <summary>The blinded ids under the index key.</summary>
    public SourceIds Ids { get; }

    /// <summary>The organization as one who signs and opens.</summary>
    public Party Party { get; }

    /// <summary>The organization as the steward of a patient.</summary>
    public PatientAuthority StewardOf(LedgerDid patient) => new(patient, Party);

    /// <summary>New random keys; the signing key is the identity key.</summary>
    public static OrganizationWallet Generate(string network, RandomNumberGenerator random)
    {
        SigningKey signing = SigningKey.Generate(random);
        Span<byte> index = stackalloc byte[SourceIds.IndexKeyLength];
        random.GetBytes(index);
        OrganizationWallet wallet = new(network, signing.Public, signing, SealingKey.Generate(random), index);
        CryptographicOperations.ZeroMemory(index);
        return wallet;
    }

    /// <summary>A copy of the index key. The caller wipes it.</summary>
    public byte[] CopyIndexKey() => [.. _indexKey];

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_indexKey);
        Signing.Dispose();
        Sealing.Dispose();
    }
}
