using System.Buffers;
using System.Security.Cryptography;
using HealthLedger.Protocol.Errors;
using HealthLedger.Storage.Files;
using HealthLedger.Storage.Logs;

namespace HealthLedger.Storage.Backups;

/// <summary>
/// Copies of what a replica's store cannot compute: blocks and ciphertexts (PROTOCOL section 6). Left out on purpose are the votes (who votes from
/// an old vote log votes twice), the wrapped keys (what is erased must not come back; a restored replica fetches those that still exist from the other
/// members), and rows, trees and indexes, which are computed from the blocks. A backup can be taken while the replica runs.
/// </summary>
public static class StoreBackup
{
    /// <summary>The parts of a store that a backup holds.</summary>
    internal static readonly string[] Parts = ["blocks", "objects"];

    private const int BufferBytes = 1 << 20;

    /// <summary>
    /// Brings the backup in <paramref name="target"/> up to date with a store: copies segments that are new or changed, checks each record of the store on the
    /// way, and lets go of segments that the store no longer has. An interrupted one is begun again; until it is finished the folder says so.
    /// </summary>
    /// <param name="store">A replica's store; the replica may run.</param>
    /// <param name="target">A folder, created where it is missing: empty, or an earlier backup of the same store.</param>
    /// <param name="time">The clock.</param>
    /// <param name="progress">Hears bytes done and bytes in all.</param>
    /// <param name="cancel">Ends it; the backup stays unfinished.</param>
    /// <returns>HL-5002 where the store cannot be read, HL-5004 where the target cannot be used.</returns>
    public static async Task<Result<BackupReport>> WriteAsync(string store, string target, TimeProvider time, IProgress<(long Done, long All)>? progress = null, CancellationToken cancel = default)
    {
        if (!Directory.Exists(Path.Combine(store, Parts[0]))) return new Fault(FaultCode.StoreUnusable, $"{store} is no replica's store: it has no folder {Parts[0]}.");
        DateTimeOffset made = time.GetUtcNow();
        BackupManifest? before = null;
        if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
        {
            if (BackupManifest.Read(target).TryGet(out before, out Fault fault)) File.Delete(Path.Combine(target, BackupManifest.FileName));
            else if (!Parts.Any(part => Directory.Exists(Path.Combine(target, part)))) return fault;
        }
        try
        {
            foreach (string part in Parts) Directory.CreateDirectory(Path.Combine(target, part));
            List<(string Path, long Bytes)> segments = [.. SegmentsOf(store)];
            long all = segments.Sum(segment => segment.Bytes), done = 0, copiedBytes = 0;
            List<BackupFile> files = [];
            int copied = 0, damaged = 0;
            foreach ((string path, long bytes) in segments)
            {
                cancel.ThrowIfCancellationRequested();
                if (Pin(store, path) is { } pinned)
                {
                    using (pinned.Segment)
                    {
                        damaged += pinned.Damaged;
                        BackupFile file = new(path, pinned.End, Convert.ToHexStringLower(await HashAsync(pinned, cancel)));
                        files.Add(file);
                        if (before?.Files.Contains(file) != true || !await HoldsAsync(target, file, cancel))
                        {
                            if (!await CopyAsync(pinned, target, file, cancel)) return new Fault(FaultCode.BackupUnusable, $"The segment {path} changed while it was copied: take the backup again.");
                            copied++;
                            copiedBytes += file.Length;
                        }
                    }
                }
                progress?.Report((done += bytes, all));
            }
            Drop(target, files);
            foreach (string part in Parts) new LocalFileSystem().FlushFolder(Path.Combine(target, part));
            BackupManifest manifest = new(1, made, files);
            manifest.Write(target);
            return new BackupReport(manifest, copied, copiedBytes, damaged);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return new Fault(FaultCode.BackupUnusable, $"The backup cannot be written: {refused.Message}");
        }
    }

    /// <summary>Reads every byte of a backup and holds it against the manifest; a fault names the first file that differs.</summary>
    public static async Task<Result<BackupReport>> VerifyAsync(string source, IProgress<(long Done, long All)>? progress = null, CancellationToken cancel = default)
    {
        if (!BackupManifest.Read(source).TryGet(out BackupManifest? manifest, out Fault fault)) return fault;
        try
        {
            long done = 0;
            foreach (BackupFile file in manifest.Files)
            {
                if (!await HoldsAsync(source, file, cancel)) return new Fault(FaultCode.BackupUnusable, $"{file.Path} is missing or is not what was backed up.");
                progress?.Report((done += file.Length, manifest.Bytes));
            }
            return new BackupReport(manifest, 0, 0, 0);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return new Fault(FaultCode.BackupUnusable, $"The backup cannot be read: {refused.Message}");
        }
    }

    /// <summary>
    /// Makes a store from a backup, after checking it whole. The folder must be empty or missing. The replica that starts on it catches up with the other members,
    /// and follows without voting until its member replaces its validator key.
    /// </summary>
    public static async Task<Result<BackupReport>> RestoreAsync(string source, string store, IProgress<(long Done, long All)>? progress = null, CancellationToken cancel = default)
    {
        if (Directory.Exists(store) && Directory.EnumerateFileSystemEntries(store).Any())
            return new Fault(FaultCode.BackupUnusable, $"{store} is not empty. A backup never overwrites a store: move it away first.");
        if (!(await VerifyAsync(source, null, cancel)).TryGet(out BackupReport? verified, out Fault fault)) return fault;
        try
        {
            LocalFileSystem files = new();
            long done = 0;
            foreach (string part in Parts) files.CreateFolder(Path.GetFullPath(Path.Combine(store, part)));
            foreach (BackupFile file in verified.Manifest.Files)
            {
                await using (FileStream from = new(Path.Combine(source, file.Path), FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, useAsync: true))
                await using (FileStream to = new(Path.Combine(store, file.Path), FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes, useAsync: true))
                {
                    await from.CopyToAsync(to, BufferBytes, cancel);
                    to.Flush(flushToDisk: true);
                }
                progress?.Report((done += file.Length, verified.Manifest.Bytes));
            }
            foreach (string part in Parts) files.FlushFolder(Path.Combine(store, part));
            return verified with { CopiedFiles = verified.Manifest.Files.Count, CopiedBytes = done };
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return new Fault(FaultCode.BackupUnusable, $"The store cannot be written: {refused.Message}");
        }
    }

    private static IEnumerable<(string Path, long Bytes)> SegmentsOf(string store) =>
        from part in Parts
        let folder = Path.Combine(store, part)
        where Directory.Exists(folder)
        from file in new DirectoryInfo(folder).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal)
        where SegmentLog.TryParse(file.Name, part, out _)
        select ($"{part}/{file.Name}", file.Length);

    /// <summary>
    /// A segment up to its last whole record: the replica that writes it never changes what is below, but to erase. Null where it has gone (compacted) or holds nothing.
    /// </summary>
    private static PinnedSegment? Pin(string store, string path)
    {
        string name = Path.GetFileName(path), part = Path.GetDirectoryName(path)!;
        PinnedFile file;
        try
        {
            file = new PinnedFile(Path.Combine(store, path));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        Segment segment = new(new LocalFileSystem(), Path.Combine(store, path), SegmentLog.TryParse(name, part, out uint id) ? id : 0, 0);
        if (!segment.TryOpen(file))
        {
            segment.Dispose();
            return null;
        }
        int damaged = 0;
        long end = Segment.DataStart;
        SegmentScan scan = new(segment, BufferBytes);
        scan.Run(Segment.DataStart, record =>
        {
            if (record.Sound) end = record.Address.Offset + record.Frame.PaddedLength;
            else damaged++;
        });
        return new PinnedSegment(segment, Math.Min(Page.RoundUp(end), file.Length), damaged);
    }

    private static async Task<byte[]> HashAsync(PinnedSegment pinned, CancellationToken cancel)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await ReadAsync(pinned, bytes =>
        {
            hash.AppendData(bytes.Span);
            return ValueTask.CompletedTask;
        }, cancel);
        return hash.GetHashAndReset();
    }

    private static async Task<bool> CopyAsync(PinnedSegment pinned, string target, BackupFile file, CancellationToken cancel)
    {
        string path = Path.Combine(target, file.Path), draft = path + ".new";
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using (FileStream to = new(draft, FileMode.Create, FileAccess.Write, FileShare.None, 1, useAsync: true))
        {
            await ReadAsync(pinned, async bytes =>
            {
                hash.AppendData(bytes.Span);
                await to.WriteAsync(bytes, cancel);
            }, cancel);
            to.Flush(flushToDisk: true);
        }
        // An erasure may overwrite a record between the two readings: the manifest must name what was written.
        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != file.Sha256)
        {
            File.Delete(draft);
            return false;
        }
        File.Move(draft, path, overwrite: true);
        return true;
    }

    private static async Task ReadAsync(PinnedSegment pinned, Func<ReadOnlyMemory<byte>, ValueTask> take, CancellationToken cancel)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (long at = 0; at < pinned.End;)
            {
                cancel.ThrowIfCancellationRequested();
                int read = pinned.Segment.Read(at, buffer.AsSpan(0, (int)Math.Min(BufferBytes, pinned.End - at)));
                if (read == 0) throw new IOException($"{pinned.Segment.Path} is shorter than it was.");
                await take(buffer.AsMemory(0, read));
                at += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<bool> HoldsAsync(string folder, BackupFile file, CancellationToken cancel)
    {
        FileInfo info = new(Path.Combine(folder, file.Path));
        if (!info.Exists || info.Length != file.Length) return false;
        await using FileStream stream = new(info.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, useAsync: true);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancel)) == file.Sha256;
    }

    private static void Drop(string target, List<BackupFile> files)
    {
        HashSet<string> kept = [.. files.Select(file => Path.GetFullPath(Path.Combine(target, file.Path)))];
        foreach (string part in Parts)
            foreach (string path in Directory.EnumerateFiles(Path.Combine(target, part)))
                if (!kept.Contains(Path.GetFullPath(path))) File.Delete(path);
    }

    private sealed record PinnedSegment(Segment Segment, long End, int Damaged);
}
