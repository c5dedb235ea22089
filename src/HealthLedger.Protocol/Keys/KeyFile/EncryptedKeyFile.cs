using System.Formats.Asn1;
using System.Security.Cryptography;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Keys.KeyFile;

/// <summary>
/// A private key in a file under a passphrase: an encrypted PKCS#8 in PEM [RFC 5958, RFC 7468], PBES2 with PBKDF2-HMAC-SHA-256 and
/// AES-256-CBC [RFC 8018]. OpenSSL reads and writes the same file. Opening costs one PBKDF2 of the file's iterations, about 0.2 s at
/// <see cref="Iterations"/>; a file that asks for more than <see cref="IterationsMax"/> is refused unread.
/// </summary>
public static class EncryptedKeyFile
{
    /// <summary>PBKDF2 iterations of the files written here.</summary>
    public const int Iterations = 600_000;

    /// <summary>The most PBKDF2 iterations a file may ask for.</summary>
    public const int IterationsMax = 5_000_000;

    /// <summary>The longest file that is looked at.</summary>
    public const int FileCharactersMax = 8_192;

    private const string Label = "ENCRYPTED PRIVATE KEY";

    /// <summary>Encrypts an unencrypted PKCS#8 (<see cref="SigningKey.ToPkcs8"/>, <see cref="SealingKey.ToPkcs8"/>).</summary>
    public static string Write(ReadOnlySpan<byte> pkcs8, ReadOnlySpan<char> passphrase, int iterations = Iterations)
    {
        using ECDsa key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return key.ExportEncryptedPkcs8PrivateKeyPem(passphrase, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, iterations)) + "\n";
    }

    /// <summary>Opens a file that holds a signing key.</summary>
    public static Result<SigningKey> OpenSigningKey(ReadOnlySpan<char> pem, ReadOnlySpan<char> passphrase)
    {
        if (!Open(pem, passphrase).TryGet(out byte[]? pkcs8, out Fault fault)) return fault;
        Result<SigningKey> key = SigningKey.FromPkcs8(pkcs8);
        CryptographicOperations.ZeroMemory(pkcs8);
        return key;
    }

    /// <summary>Opens a file that holds a sealing key.</summary>
    public static Result<SealingKey> OpenSealingKey(ReadOnlySpan<char> pem, ReadOnlySpan<char> passphrase)
    {
        if (!Open(pem, passphrase).TryGet(out byte[]? pkcs8, out Fault fault)) return fault;
        Result<SealingKey> key = SealingKey.FromPkcs8(pkcs8);
        CryptographicOperations.ZeroMemory(pkcs8);
        return key;
    }

    private static Result<byte[]> Open(ReadOnlySpan<char> pem, ReadOnlySpan<char> passphrase)
    {
        if (pem.Length > FileCharactersMax) return new Fault(FaultCode.FormatLimit, $"The key file is longer than {FileCharactersMax} characters.");
        if (!PemEncoding.TryFind(pem, out PemFields fields) || !pem[fields.Label].SequenceEqual(Label))
            return new Fault(FaultCode.KeyFileMalformed, $"The file holds no PEM block \"{Label}\".");
        byte[] der = Convert.FromBase64String(new string(pem[fields.Base64Data]));
        if (CheckScheme(der) is { } unfit) return unfit;
        try
        {
            using ECDsa key = ECDsa.Create();
            key.ImportEncryptedPkcs8PrivateKey(passphrase, der, out int read);
            return read == der.Length ? key.ExportPkcs8PrivateKey() : new Fault(FaultCode.KeyFileMalformed, "Bytes follow the private key.");
        }
        catch (CryptographicException)
        {
            return new Fault(FaultCode.KeyFileLocked, "The passphrase does not open the key file, or the file is damaged.");
        }
    }

    /// <summary>The file says how long opening takes; that is looked at before it is done.</summary>
    private static Fault? CheckScheme(byte[] der)
    {
        try
        {
            AsnReader info = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
            AsnReader algorithm = info.ReadSequence();
            if (algorithm.ReadObjectIdentifier() != "1.2.840.113549.1.5.13") return new Fault(FaultCode.Unsupported, "The key file is not encrypted with PBES2.");
            AsnReader derivation = algorithm.ReadSequence().ReadSequence();
            if (derivation.ReadObjectIdentifier() != "1.2.840.113549.1.5.12") return new Fault(FaultCode.Unsupported, "The key file does not derive its key with PBKDF2.");
            AsnReader parameters = derivation.ReadSequence();
            parameters.ReadOctetString();
            return parameters.TryReadInt32(out int iterations) && iterations is > 0 and <= IterationsMax
                ? null
                : new Fault(FaultCode.FormatLimit, $"The key file asks for more than {IterationsMax} iterations.");
        }
        catch (AsnContentException)
        {
            return new Fault(FaultCode.KeyFileMalformed, "The key file is not an encrypted PKCS#8.");
        }
    }
}
