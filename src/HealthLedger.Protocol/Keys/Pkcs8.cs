using System.Security.Cryptography;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Keys;

/// <summary>Reads P-256 private keys from PKCS#8, as values instead of the platform's exceptions.</summary>
internal static class Pkcs8
{
    private const string P256Oid = "1.2.840.10045.3.1.7";

    public static Result<ECParameters> Import(ReadOnlySpan<byte> der)
    {
        try
        {
            using ECDsa key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(der, out int read);
            if (read != der.Length) return new Fault(FaultCode.KeyFileMalformed, "Bytes follow the private key.");
            return Checked(key);
        }
        catch (CryptographicException)
        {
            return new Fault(FaultCode.KeyInvalid, "The bytes are not a PKCS#8 private key.");
        }
    }

    public static Result<ECParameters> Checked(ECDsa key)
    {
        ECParameters parameters = key.ExportParameters(includePrivateParameters: true);
        if (parameters.Curve.Oid.Value != P256Oid) return new Fault(FaultCode.KeyInvalid, "The private key is not on the curve P-256.");
        // The platform takes the point that the file names for the private key; one that does not belong to it would sign nothing anybody verifies.
        using ECDsa derived = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = parameters.D });
        ECPoint q = derived.ExportParameters(includePrivateParameters: false).Q;
        if (!q.X.AsSpan().SequenceEqual(parameters.Q.X) || !q.Y.AsSpan().SequenceEqual(parameters.Q.Y))
            return new Fault(FaultCode.KeyInvalid, "The private key and the public key in the file do not belong together.");
        return parameters;
    }
}
