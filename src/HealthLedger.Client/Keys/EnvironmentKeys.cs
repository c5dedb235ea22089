using HealthLedger.Client.Ids;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Client.Keys;

/// <summary>
/// An organization's keys from the environment, for containers: each of <see cref="SigningVariable"/>, <see cref="SealingVariable"/> (PKCS#8, base64 or
/// PEM) and <see cref="IndexVariable"/> (32 bytes, hexadecimal) holds the secret, or with <c>_FILE</c> at its end the path of a file that does.
/// </summary>
public static class EnvironmentKeys
{
    /// <summary>The signing key.</summary>
    public const string SigningVariable = "HEALTHLEDGER_SIGNING_KEY";

    /// <summary>The sealing key.</summary>
    public const string SealingVariable = "HEALTHLEDGER_SEALING_KEY";

    /// <summary>The index key.</summary>
    public const string IndexVariable = "HEALTHLEDGER_INDEX_KEY";

    /// <summary>The identity key's public half, uncompressed, hexadecimal; without it the signing key is the identity key.</summary>
    public const string IdentityVariable = "HEALTHLEDGER_IDENTITY_KEY";

    /// <summary>The passphrase of a key folder.</summary>
    public const string PassphraseVariable = "HEALTHLEDGER_PASSPHRASE";

    private const int FileBytesMax = 16 * 1024;

    /// <summary>The organization's wallet, or which variable is missing or unreadable.</summary>
    /// <param name="network">The network's name.</param>
    /// <param name="variable">Gives the value of a variable; null where it is not set.</param>
    public static Result<OrganizationWallet> Load(string network, Func<string, string?> variable)
    {
        if (!Secret(SigningVariable, variable).TryGet(out string? text, out Fault fault) || !Der(SigningVariable, text).TryGet(out byte[]? der, out fault)) return fault;
        if (!SigningKey.FromPkcs8(der).TryGet(out SigningKey? signing, out fault)) return fault;
        if (!Secret(SealingVariable, variable).TryGet(out text, out fault) || !Der(SealingVariable, text).TryGet(out der, out fault)) return fault;
        if (!SealingKey.FromPkcs8(der).TryGet(out SealingKey? sealing, out fault)) return fault;
        if (!Secret(IndexVariable, variable).TryGet(out text, out fault)) return fault;
        Span<byte> index = stackalloc byte[SourceIds.IndexKeyLength];
        if (text.Length != 2 * index.Length || Convert.FromHexString(text, index, out _, out _) != System.Buffers.OperationStatus.Done) return Malformed(IndexVariable);
        PublicKey identity = signing.Public;
        if (variable(IdentityVariable) is { Length: > 0 } hex)
        {
            byte[] point = new byte[PublicKey.Sec1Length];
            if (hex.Length != 2 * point.Length || Convert.FromHexString(hex, point, out _, out _) != System.Buffers.OperationStatus.Done) return Malformed(IdentityVariable);
            if (!PublicKey.FromSec1(point).TryGet(out PublicKey? named, out fault)) return fault;
            identity = named;
        }
        return new OrganizationWallet(network, identity, signing, sealing, index);
    }

    /// <summary>A secret from a variable, or from the file that the variable with <c>_FILE</c> at its end names.</summary>
    public static Result<string> Secret(string name, Func<string, string?> variable)
    {
        if (variable(name) is { Length: > 0 } value) return value.Trim();
        if (variable(name + "_FILE") is not { Length: > 0 } path) return new Fault(FaultCode.KeyFolderIncomplete, $"Neither {name} nor {name}_FILE is set.");
        FileInfo file = new(path);
        if (!file.Exists) return new Fault(FaultCode.KeyFolderIncomplete, $"The file that {name}_FILE names does not exist.");
        return file.Length <= FileBytesMax ? File.ReadAllText(path).Trim() : new Fault(FaultCode.FormatLimit, $"The file that {name}_FILE names is longer than {FileBytesMax} bytes.");
    }

    private static Result<byte[]> Der(string name, string text)
    {
        ReadOnlySpan<char> base64 = text;
        if (System.Security.Cryptography.PemEncoding.TryFind(text, out System.Security.Cryptography.PemFields fields)) base64 = base64[fields.Base64Data];
        byte[] der = new byte[base64.Length];
        return Convert.TryFromBase64Chars(base64, der, out int length) ? der[..length] : Malformed(name);
    }

    private static Fault Malformed(string name) => new(FaultCode.KeyFileMalformed, $"The value of {name} cannot be read.");
}
