using System.Security.Cryptography;
using System.Text;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Storage.Snapshots.Sealing;

/// <summary>
/// 32 bytes that a member keeps beside its ledger and never in the database. What is sealed under them nobody else can read, alter or make up; deleting
/// the file makes everything that databases, their journals and their backups hold of this member unreadable, and costs a rebuild.
/// </summary>
public sealed class SnapshotSecret
{
    /// <summary>Bytes of the secret.</summary>
    public const int Length = 32;

    private readonly byte[] _secret;

    /// <summary>A secret for one member of one network.</summary>
    /// <param name="secret">32 bytes.</param>
    /// <param name="scope">The network and member; another scope has nothing in common with it.</param>
    public SnapshotSecret(ReadOnlySpan<byte> secret, string scope)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(secret.Length, Length, nameof(secret));
        _secret = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret.ToArray(), Length, null, [.. "healthledger/snapshots/v1\0"u8, .. Encoding.UTF8.GetBytes(scope)]);
        Owner = Derive("owner\0"u8, default);
    }

    /// <summary>The name under which this member's rows stand in a database.</summary>
    public Hash32 Owner { get; }

    /// <summary>Reads the secret from a file, which is made with fresh random bytes where it is missing.</summary>
    public static Result<SnapshotSecret> Open(string file, string scope, RandomNumberGenerator random)
    {
        try
        {
            if (!File.Exists(file))
            {
                byte[] fresh = new byte[Length];
                random.GetBytes(fresh);
                string temporary = $"{file}.{Environment.ProcessId}.new";
                FileStreamOptions create = new() { Mode = FileMode.Create, Access = FileAccess.Write };
                if (!OperatingSystem.IsWindows()) create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                using (FileStream stream = new(temporary, create))
                {
                    stream.Write(fresh);
                    stream.Flush(flushToDisk: true);
                }
                File.Move(temporary, file, overwrite: true);
            }
            byte[] secret = File.ReadAllBytes(file);
            if (secret.Length == Length) return new SnapshotSecret(secret, scope);
            return new Fault(FaultCode.StoreUnusable, $"The secret of snapshots, {Path.GetFileName(file)}, has not {Length} bytes. Delete it: snapshots are made anew.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new Fault(FaultCode.StoreUnusable, $"The secret of snapshots, {Path.GetFileName(file)}, cannot be read or written.");
        }
    }

    /// <summary>A value that only who has the secret can compute.</summary>
    internal Hash32 Derive(ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> value)
    {
        Span<byte> input = stackalloc byte[purpose.Length + value.Length], output = stackalloc byte[Hash32.Length];
        purpose.CopyTo(input);
        value.CopyTo(input[purpose.Length..]);
        HMACSHA256.HashData(_secret, input, output);
        return new Hash32(output);
    }
}
