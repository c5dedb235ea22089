using System.Security.Cryptography;
using HealthLedger.Client.Ids;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Hpke;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Keys.KeyFile;

namespace HealthLedger.Client.Keys;

/// <summary>
/// Wallets in a folder that only its owner can enter, each in a subfolder of a name of its own: private keys as encrypted PKCS#8 in PEM,
/// which OpenSSL reads too, under one passphrase; the index key sealed to the sealing key; the identity in the clear. Files are
/// replaced whole. Opening a wallet costs two PBKDF2, about half a second.
/// </summary>
public sealed class KeyFolder
{
    private const string SigningFile = "signing.pem", SealingFile = "sealing.pem", IndexFile = "index.sealed", IdentityFile = "identity";
    private const int TextMax = 16 * 1024;

    private readonly SafeFolder _folder;
    private readonly int _iterations;

    private KeyFolder(SafeFolder folder, int iterations) => (_folder, _iterations) = (folder, iterations);

    private static ReadOnlySpan<byte> IndexInfo => "healthledger/index-key/v1"u8;

    /// <summary>Opens a folder, or creates it. One that others can enter is refused with <c>HL-8007</c>.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="iterations">PBKDF2 iterations of the files written; those read say their own.</param>
    public static Result<KeyFolder> Open(string path, int iterations = EncryptedKeyFile.Iterations) =>
        SafeFolder.Create(path).TryGet(out SafeFolder? folder, out Fault fault) ? new KeyFolder(folder, iterations) : fault;

    /// <summary>The names of the wallets in it, ascending.</summary>
    public IReadOnlyList<string> Names() =>
        [.. Directory.EnumerateDirectories(_folder.Path).Where(path => File.Exists(Path.Combine(path, IdentityFile))).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>Writes an organization's wallet, replacing one of the same name.</summary>
    /// <param name="name">1 to 64 of a-z, 0-9, '-', '_' and '.', not starting with a dot.</param>
    /// <param name="wallet">The keys.</param>
    /// <param name="random">For the seal of the index key.</param>
    /// <param name="passphrase">At least one character.</param>
    public Fault? Save(string name, OrganizationWallet wallet, RandomNumberGenerator random, ReadOnlySpan<char> passphrase)
    {
        if (!Begin(name, passphrase).TryGet(out SafeFolder? folder, out Fault fault)) return fault;
        WriteKeys(folder, wallet.Signing, wallet.Sealing, passphrase);
        byte[] index = wallet.CopyIndexKey();
        Sealed parts = HpkeBase.Seal(random, wallet.Sealing.Public, IndexInfo, [], index);
        CryptographicOperations.ZeroMemory(index);
        folder.Write(IndexFile, Convert.ToHexStringLower([.. parts.Encapsulation, .. parts.Ciphertext]) + "\n");
        // Last: a wallet without this file is not listed, so a crash leaves no half wallet behind.
        folder.Write(IdentityFile, $"organization {wallet.Did} {Convert.ToHexStringLower(wallet.Identity.Sec1)}\n");
        return null;
    }

    /// <summary>Writes a patient's wallet, replacing one of the same name.</summary>
    public Fault? Save(string name, PatientWallet wallet, ReadOnlySpan<char> passphrase)
    {
        if (!Begin(name, passphrase).TryGet(out SafeFolder? folder, out Fault fault)) return fault;
        WriteKeys(folder, wallet.Control, wallet.Sealing, passphrase);
        folder.Write(IdentityFile, $"patient {wallet.Did} {(wallet.Salt is { } salt ? salt.ToString() : "-")}\n");
        return null;
    }

    /// <summary>Opens an organization's wallet.</summary>
    public Result<OrganizationWallet> LoadOrganization(string name, ReadOnlySpan<char> passphrase)
    {
        if (!Identity(name, "organization").TryGet(out (SafeFolder Folder, LedgerDid Did, string Detail) wallet, out Fault fault)) return fault;
        if (!Hex(wallet.Detail, PublicKey.Sec1Length).TryGet(out byte[]? point, out fault) || !PublicKey.FromSec1(point).TryGet(out PublicKey? identity, out fault)) return fault;
        if (GenesisFile.DidOf(wallet.Did.Network, identity) != wallet.Did) return Damaged(name);
        if (!ReadKeys(wallet.Folder, passphrase).TryGet(out (SigningKey Signing, SealingKey Sealing) keys, out fault)) return fault;
        if (!wallet.Folder.Read(IndexFile, TextMax).TryGet(out string? hex, out fault)) return fault;
        if (!Hex(hex.TrimEnd(), HpkeBase.EncapsulationLength + SourceIds.IndexKeyLength + HpkeBase.TagLength).TryGet(out byte[]? index, out fault)) return fault;
        Result<byte[]> opened = HpkeBase.Open(keys.Sealing, index.AsSpan(0, HpkeBase.EncapsulationLength), IndexInfo, [], index.AsSpan(HpkeBase.EncapsulationLength));
        if (!opened.TryGet(out byte[]? indexKey, out fault)) return fault;
        OrganizationWallet loaded = new(wallet.Did.Network, identity, keys.Signing, keys.Sealing, indexKey);
        CryptographicOperations.ZeroMemory(indexKey);
        return loaded;
    }

    /// <summary>Opens a patient's wallet.</summary>
    public Result<PatientWallet> LoadPatient(string name, ReadOnlySpan<char> passphrase)
    {
        if (!Identity(name, "patient").TryGet(out (SafeFolder Folder, LedgerDid Did, string Detail) wallet, out Fault fault)) return fault;
        Id16? salt = null;
        if (wallet.Detail != "-")
        {
            if (!Id16.TryParse(wallet.Detail, out Id16 parsed)) return Damaged(name);
            salt = parsed;
        }
        return ReadKeys(wallet.Folder, passphrase).TryGet(out (SigningKey Signing, SealingKey Sealing) keys, out fault) ? new PatientWallet(wallet.Did, salt, keys.Signing, keys.Sealing) : fault;
    }

    private void WriteKeys(SafeFolder folder, SigningKey signing, SealingKey sealing, ReadOnlySpan<char> passphrase)
    {
        byte[] signingBytes = signing.ToPkcs8(), sealingBytes = sealing.ToPkcs8();
        folder.Write(SigningFile, EncryptedKeyFile.Write(signingBytes, passphrase, _iterations));
        folder.Write(SealingFile, EncryptedKeyFile.Write(sealingBytes, passphrase, _iterations));
        CryptographicOperations.ZeroMemory(signingBytes);
        CryptographicOperations.ZeroMemory(sealingBytes);
    }

    private static Result<(SigningKey Signing, SealingKey Sealing)> ReadKeys(SafeFolder folder, ReadOnlySpan<char> passphrase)
    {
        if (!folder.Read(SigningFile, TextMax).TryGet(out string? pem, out Fault fault) || !EncryptedKeyFile.OpenSigningKey(pem, passphrase).TryGet(out SigningKey? signing, out fault)) return fault;
        if (!folder.Read(SealingFile, TextMax).TryGet(out pem, out fault) || !EncryptedKeyFile.OpenSealingKey(pem, passphrase).TryGet(out SealingKey? sealing, out fault)) return fault;
        return (signing, sealing);
    }

    private Result<(SafeFolder Folder, LedgerDid Did, string Detail)> Identity(string name, string kind)
    {
        if (!IsName(name)) return NotAName();
        if (!SafeFolder.Open(Path.Combine(_folder.Path, name)).TryGet(out SafeFolder? folder, out Fault fault)) return fault;
        if (!folder.Read(IdentityFile, TextMax).TryGet(out string? line, out fault)) return fault;
        string[] parts = line.TrimEnd('\n').Split(' ');
        if (parts.Length != 3 || parts[0] != kind) return new Fault(FaultCode.KeyFolderIncomplete, $"The wallet \"{name}\" is not one of a {kind}.");
        return LedgerDid.Parse(parts[1]).TryGet(out LedgerDid did, out fault) ? (folder, did, parts[2]) : fault;
    }

    private Result<SafeFolder> Begin(string name, ReadOnlySpan<char> passphrase)
    {
        if (!IsName(name)) return NotAName();
        if (passphrase.IsEmpty) return new Fault(FaultCode.KeyFolderUnsafe, "A wallet is not written without a passphrase.");
        return SafeFolder.Create(Path.Combine(_folder.Path, name));
    }

    private static bool IsName(string name) => name.Length is > 0 and <= 64 && name[0] != '.' && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.');

    private static Fault NotAName() => new(FaultCode.TextMalformed, "A wallet's name has 1 to 64 of a-z, 0-9, '-', '_' and '.', and does not start with a dot.");

    private static Fault Damaged(string name) => new(FaultCode.KeyFileMalformed, $"The identity file of wallet \"{name}\" is damaged.");

    private static Result<byte[]> Hex(string text, int bytes)
    {
        byte[] decoded = new byte[bytes];
        return text.Length == 2 * bytes && Convert.FromHexString(text, decoded, out _, out int written) == System.Buffers.OperationStatus.Done && written == bytes
            ? decoded
            : new Fault(FaultCode.KeyFileMalformed, "A file of the wallet is damaged.");
    }
}
