using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Orleans.Hosting;

/// <summary>
/// Who may speak with whom inside one operator's cluster: silos with silos, clients with gateways, both sides showing a key. Nobody is believed for a name
/// or an authority; the keys are listed, as they are between members.
/// </summary>
public sealed record ClusterTls
{
    private static readonly TimeSpan Validity = TimeSpan.FromDays(3650), Before = TimeSpan.FromDays(1);

    /// <summary>The own certificate, with its private key.</summary>
    public required X509Certificate2 Certificate { get; init; }

    /// <summary>The keys of the cluster's silos, as SHA-256 of their SubjectPublicKeyInfo in hex.</summary>
    public required IReadOnlySet<string> Silos { get; init; }

    /// <summary>The keys of the cluster's clients, likewise. A silo's key does not open a gateway, nor a client's a silo.</summary>
    public required IReadOnlySet<string> Clients { get; init; }

    /// <summary>A certificate that says nothing but the key.</summary>
    public static X509Certificate2 CertificateOf(ECDsa key, TimeProvider clock)
    {
        CertificateRequest request = new("CN=healthledger-cluster", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = clock.GetUtcNow();
        return request.CreateSelfSigned(now - Before, now + Validity);
    }

    /// <summary>How a certificate's key is listed.</summary>
    public static string PinOf(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>Whether a certificate shows one of the listed keys; that it is held was shown by the handshake.</summary>
    internal static bool IsListed(X509Certificate2? certificate, IReadOnlySet<string> pins) => certificate is not null && pins.Contains(PinOf(certificate));
}
