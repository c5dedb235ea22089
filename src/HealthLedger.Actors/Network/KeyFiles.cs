using System.Security.Cryptography;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Actors.Network;

/// <summary>Private keys of a running node: PKCS#8, a file each, in a folder that only its owner can read. A node starts without anybody there to type a passphrase.</summary>
internal static class KeyFiles
{
    /// <summary>Bytes of an index key.</summary>
    public const int IndexLength = 32;

    private const int BytesMax = 4096;
    // A group may read: secrets that an orchestrator mounts belong to a group.
    private const UnixFileMode Others = UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Makes a signing key and writes it.</summary>
    public static SigningKey NewSigning(string folder, string name, RandomNumberGenerator random)
    {
        SigningKey key = SigningKey.Generate(random);
        Write(folder, name, key.ToPkcs8());
        return key;
    }

    /// <summary>Makes a sealing key and writes it.</summary>
    public static SealingKey NewSealing(string folder, string name, RandomNumberGenerator random)
    {
        SealingKey key = SealingKey.Generate(random);
        Write(folder, name, key.ToPkcs8());
        return key;
    }

    /// <summary>Makes an index key and writes it.</summary>
    public static void NewIndex(string folder, string name, RandomNumberGenerator random)
    {
        byte[] index = new byte[IndexLength];
        random.GetBytes(index);
        Write(folder, name, index);
    }

    /// <summary>True where there is such a key.</summary>
    public static bool Has(string folder, string name) => File.Exists(PathOf(folder, name));

    /// <summary>Deletes a key; where there is none, nothing happens.</summary>
    public static void Delete(string folder, string name) => File.Delete(PathOf(folder, name));

    /// <summary>Reads a signing key.</summary>
    public static Result<SigningKey> ReadSigning(string folder, string name) => Read(folder, name).TryGet(out byte[]? bytes, out Fault fault) ? SigningKey.FromPkcs8(bytes) : fault;

    /// <summary>Reads a sealing key.</summary>
    public static Result<SealingKey> ReadSealing(string folder, string name) => Read(folder, name).TryGet(out byte[]? bytes, out Fault fault) ? SealingKey.FromPkcs8(bytes) : fault;

    /// <summary>Reads an index key.</summary>
    public static Result<byte[]> ReadIndex(string folder, string name)
    {
        if (!Read(folder, name).TryGet(out byte[]? bytes, out Fault fault)) return fault;
        return bytes.Length == IndexLength ? bytes : new Fault(FaultCode.KeyFileMalformed, $"The file {PathOf(folder, name)} does not have {IndexLength} bytes.");
    }

    private static Result<byte[]> Read(string folder, string name)
    {
        string path = PathOf(folder, name);
        FileInfo file = new(path);
        if (!file.Exists) return new Fault(FaultCode.KeyFolderIncomplete, $"There is no key file {path}.");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0) return new Fault(FaultCode.KeyFolderUnsafe, $"Others than the owner and the group can read {path}, or the group can write it; take away their permissions (chmod 600, or 440 where a group mounts it).");
        return file.Length <= BytesMax ? File.ReadAllBytes(path) : new Fault(FaultCode.KeyFileMalformed, $"The file {path} is no key file.");
    }

    private static void Write(string folder, string name, byte[] bytes)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using FileStream file = new(PathOf(folder, name), options);
        file.Write(bytes);
        file.Flush(flushToDisk: true);
        CryptographicOperations.ZeroMemory(bytes);
    }

    private static string PathOf(string folder, string name) => Path.Combine(folder, name + ".key");
}
