using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Storage.Backups;

/// <summary>
/// What a backup holds, written last: a folder without it is an unfinished one. It guards against damage, not against a forger; what is restored is checked
/// against the genesis by the replica, block for block.
/// </summary>
/// <param name="Format">1.</param>
/// <param name="Made">When it began.</param>
/// <param name="Files">The segments, ascending by path.</param>
public sealed record BackupManifest(int Format, DateTimeOffset Made, IReadOnlyList<BackupFile> Files)
{
    /// <summary>The name of the manifest in the backup's folder.</summary>
    public const string FileName = "backup.json";

    private const int BytesMax = 64 << 20;

    /// <summary>All bytes.</summary>
    [JsonIgnore]
    public long Bytes => Files.Sum(file => file.Length);

    /// <summary>Reads a backup's manifest; a fault where the folder has none, or one that no version of this program wrote.</summary>
    public static Result<BackupManifest> Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            if (!File.Exists(path)) return new Fault(FaultCode.BackupUnusable, $"{folder} holds no finished backup: it has no {FileName}.");
            if (new FileInfo(path).Length > BytesMax) return new Fault(FaultCode.BackupUnusable, $"{path} is too large to be a backup's manifest.");
            BackupManifest? manifest = JsonSerializer.Deserialize(File.ReadAllBytes(path), BackupJson.Default.BackupManifest);
            if (manifest is not { Format: 1, Files: not null } || manifest.Files.Any(file => !IsSegment(file))) return new Fault(FaultCode.BackupUnusable, $"{path} is not a backup's manifest of format 1.");
            return manifest;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or JsonException)
        {
            return new Fault(FaultCode.BackupUnusable, $"{path} cannot be read: {refused.Message}");
        }
    }

    internal void Write(string folder)
    {
        string path = Path.Combine(folder, FileName), draft = path + ".new";
        using (FileStream file = new(draft, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, this, BackupJson.Default.BackupManifest);
            file.Flush(flushToDisk: true);
        }
        File.Move(draft, path, overwrite: true);
        new Files.LocalFileSystem().FlushFolder(folder);
    }

    // A manifest comes from outside: its paths name segments below the folder, and nothing else.
    private static bool IsSegment(BackupFile? file) =>
        file is { Path: not null, Length: >= 0, Sha256.Length: SHA256.HashSizeInBytes * 2 }
        && file.Path.Split('/') is [string part, string name] && Array.IndexOf(StoreBackup.Parts, part) >= 0
        && Logs.SegmentLog.TryParse(name, part, out _);
}

[JsonSerializable(typeof(BackupManifest))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class BackupJson : JsonSerializerContext;
