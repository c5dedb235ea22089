using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Validator.Links.Http;

/// <summary>
/// Certificates of transport keys. They say nothing but the key: no name, no issuer, no time is looked at, only that the key is the one that the
/// configuration names for the member.
/// </summary>
internal static class LinkCertificate
{
    private const int ValidYears = 20;

    /// <summary>A self-signed certificate of a key, with the key.</summary>
    public static X509Certificate2 Create(SigningKey transport, TimeProvider time)
    {
        byte[] pkcs8 = transport.ToPkcs8();
        using ECDsa key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        CryptographicOperations.ZeroMemory(pkcs8);
        CertificateRequest request = new("CN=HealthLedger member", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = time.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddYears(ValidYears));
    }

    /// <summary>The key of a certificate; null where it is none of P-256.</summary>
    public static Protocol.Keys.PublicKey? KeyOf(X509Certificate? certificate)
    {
        if (certificate is not X509Certificate2 parsed) return null;
        try
        {
            return Protocol.Keys.PublicKey.FromSpki(parsed.PublicKey.ExportSubjectPublicKeyInfo()).TryGet(out Protocol.Keys.PublicKey? key, out Fault _) ? key : null;
        }
        catch (CryptographicException)
        {
            // A certificate made to be unreadable.
            return null;
        }
    }

    /// <summary>No chain is built and nothing is fetched for a certificate that a stranger shows.</summary>
    public static X509ChainPolicy NoChain() => new()
    {
        DisableCertificateDownloads = true,
        RevocationMode = X509RevocationMode.NoCheck,
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };
}
