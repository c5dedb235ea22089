using System.Security.Cryptography;
using HealthLedger.Client.Keys;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Cli.Keys;

/// <summary>Reads an organization's keys as a standalone network keeps them: PKCS#8 files and the 32 bytes of the index key, readable by their owner alone.</summary>
internal static class KeysFromFolder
{
    private const int FileBytesMax = 4096;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The wallet of a folder.</summary>
    public static Result<OrganizationWallet> Read(string folder, string network)
    {
        if (!Secret(folder, "signing.key").TryGet(out byte[]? bytes, out Fault fault) || !SigningKey.FromPkcs8(bytes).TryGet(out SigningKey? signing, out fault)) return fault;
        if (!Secret(folder, "sealing.key").TryGet(out bytes, out fault) || !SealingKey.FromPkcs8(bytes).TryGet(out SealingKey? sealing, out fault)) return fault;
        if (!Secret(folder, "identity.key").TryGet(out bytes, out fault) || !SigningKey.FromPkcs8(bytes).TryGet(out SigningKey? identity, out fault)) return fault;
        if (!Secret(folder, "index.key").TryGet(out bytes, out fault)) return fault;
        if (bytes.Length != 32) return new Fault(FaultCode.KeyFileMalformed, "The file index.key has not 32 bytes.");
        OrganizationWallet wallet = new(network, identity.Public, signing, sealing, bytes);
        CryptographicOperations.ZeroMemory(bytes);
        identity.Dispose();
        return wallet;
    }

    private static Result<byte[]> Secret(string folder, string name)
    {
        FileInfo file = new(Path.Combine(folder, name));
        if (!file.Exists) return new Fault(FaultCode.KeyFolderIncomplete, $"There is no file {name} in {folder}.");
        if (!OperatingSystem.IsWindows() && (file.UnixFileMode & Others) != 0) return new Fault(FaultCode.KeyFolderUnsafe, $"Others than the owner can read {file.FullName}.");
        return file.Length > FileBytesMax ? new Fault(FaultCode.KeyFileMalformed, $"The file {name} is too large to be a key.") : File.ReadAllBytes(file.FullName);
    }
}
