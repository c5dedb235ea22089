using HealthLedger.Storage.Files;
using HealthLedger.Storage.Health;

namespace HealthLedger.Storage.Votes;

/// <summary>
/// The four files <c>votes-a-0</c>, <c>votes-a-1</c>, <c>votes-b-0</c>, <c>votes-b-1</c>: a and b are twins, the number is the parity of the
/// generation. Only one generation counts at a time: the highest whose first batch is whole in either twin.
/// </summary>
internal sealed class VoteFiles : IDisposable
{
    private readonly IStoreFile[,] _files = new IStoreFile[2, 2];
    private readonly string[,] _paths = new string[2, 2];
    private readonly StoreHealth _health;
    private readonly int _fileBytes;

    private VoteFiles(IFileSystem files, string folder, StorageOptions options, StoreHealth health)
    {
        (_health, _fileBytes) = (health, options.VoteFileBytes);
        files.CreateFolder(folder);
        bool created = false;
        for (int twin = 0; twin < 2; twin++)
            for (int parity = 0; parity < 2; parity++)
            {
                string path = _paths[twin, parity] = Path.Combine(folder, $"votes-{(char)('a' + twin)}-{parity}");
                created |= !files.Exists(path);
                _files[twin, parity] = files.Open(path, FileUse.Direct);
            }
        if (created) files.FlushFolder(folder);
    }

    /// <summary>Opens or creates the files and reads what counts. <paramref name="used"/>: this store has run before, so votes must be there.</summary>
    public static (VoteFiles Files, VoteRecovery Recovered) Open(IFileSystem files, string folder, bool used, StorageOptions options, StoreHealth health)
    {
        VoteFiles votes = new(files, folder, options, health);
        VoteRecovery? recovered = votes.Recover();
        if (recovered is null && used)
        {
            health.LoseVotes();
            health.Report(new Damage(DamageKind.Votes, folder, 0, DamageOutcome.Open, "Both vote files are lost: this replica follows without voting."));
        }
        votes.FillAhead();
        return (votes, recovered ?? (used ? new VoteRecovery(new VoteTable(), 0, 0, 0, 1, 0) : votes.Begin(options)));
    }

    /// <summary>Writes a batch to both twins; durable on return.</summary>
    public void Write(ulong generation, long offset, ReadOnlySpan<byte> batch)
    {
        for (int twin = 0; twin < 2; twin++) _files[twin, generation & 1].Write(offset, batch);
        for (int twin = 0; twin < 2; twin++) _files[twin, generation & 1].Flush();
    }

    /// <summary>Clears the first page of a generation, so that it never counts again; durable on return.</summary>
    public void Retire(ulong generation)
    {
        using AlignedBuffer page = new();
        Write(generation, 0, page.Extend(Page.Bytes));
    }

    /// <summary>Reads both twins of a generation again, up to its end; damage in one is repaired from the other.</summary>
    /// <returns>The bytes read. <paramref name="sound"/> is false where the same batch is damaged in both.</returns>
    public long Verify(ulong generation, long end, out bool sound)
    {
        byte[] a = Load(0, generation), b = Load(1, generation);
        Walk(a, b, generation, _ => { }, out long reached);
        sound = reached >= end;
        if (!sound)
            _health.Report(new Damage(DamageKind.Votes, _paths[0, generation & 1], reached, DamageOutcome.Repaired, "The same votes were damaged in both files; they are written again from memory."));
        return a.Length + b.Length;
    }

    public void Dispose()
    {
        foreach (IStoreFile file in _files) file.Dispose();
    }

    /// <summary>Opens the first generation of a new store, so that an empty log is told from a lost one.</summary>
    private VoteRecovery Begin(StorageOptions options)
    {
        using AlignedBuffer batch = new();
        batch.Extend(VoteBatch.HeaderBytes);
        VoteBatch.Seal(batch, 1, 0, 0, options.Random());
        Write(1, 0, batch.Span);
        return new VoteRecovery(new VoteTable(), 1, 1, batch.Length, 1, 0);
    }

    private VoteRecovery? Recover()
    {
        ulong? newest = null;
        for (ulong parity = 0; parity < 2; parity++)
            for (int twin = 0; twin < 2; twin++)
            {
                if (VoteBatch.TryRead(Load(twin, parity), out VoteBatch.Header first) && first.Number == 0 && (first.Generation & 1) == parity && first.Generation >= (newest ?? 0))
                    newest = first.Generation;
            }
        if (newest is not { } generation) return null;
        byte[] a = Load(0, generation), b = Load(1, generation);
        VoteTable table = new();
        ulong nextNumber = 0, sequence = 0, blockSequence = 0;
        bool whole = Walk(a, b, generation, batch =>
        {
            VoteBatch.TryRead(batch.Span, out VoteBatch.Header header);
            (nextNumber, blockSequence) = (header.Number + 1, Math.Max(blockSequence, header.BlockSequence));
            foreach (VoteRecord record in VoteBatch.Records(batch.Span, header))
            {
                table.Apply(record);
                sequence = Math.Max(sequence, record.Sequence);
            }
        }, out long end);
        if (!whole)
        {
            _health.LoseVotes();
            _health.Report(new Damage(DamageKind.Votes, _paths[0, generation & 1], end, DamageOutcome.Open, "The same votes are damaged in both files: this replica follows without voting."));
        }
        else
        {
            Cut(0, generation, a, end);
            Cut(1, generation, b, end);
            // A stop between opening this generation and retiring the one before: it must never count again.
            if (generation > 1 && Counts(0, generation - 1) | Counts(1, generation - 1)) Retire(generation - 1);
        }
        return new VoteRecovery(table, generation, nextNumber, end, sequence + 1, blockSequence);
    }

    /// <summary>Follows the batches from the start, taking each from the twin that has it whole and repairing the other.</summary>
    /// <returns>False where whole batches of this generation follow a place that neither twin can read.</returns>
    private bool Walk(byte[] a, byte[] b, ulong generation, Action<ReadOnlyMemory<byte>> visit, out long end)
    {
        end = 0;
        for (ulong number = 0; ; number++)
        {
            bool first = IsNext(a, end, generation, number, out int lengthA), second = IsNext(b, end, generation, number, out int lengthB);
            if (!first && !second) break;
            int length = first ? lengthA : lengthB;
            ReadOnlyMemory<byte> batch = (first ? a : b).AsMemory((int)end, length);
            bool same = first && second && batch.Span.SequenceEqual(b.AsSpan((int)end, length));
            if (!same) Repair(first ? 1 : 0, generation, end, batch.Span);
            visit(batch);
            end += length;
        }
        for (long at = end; at < Math.Max(a.Length, b.Length); at += Page.Bytes)
            if (IsLater(a, at, generation) || IsLater(b, at, generation)) return false;
        return true;
    }

    private static bool IsNext(byte[] file, long at, ulong generation, ulong number, out int length)
    {
        length = 0;
        if (at >= file.Length || !VoteBatch.TryRead(file.AsSpan((int)at), out VoteBatch.Header header)) return false;
        length = (int)Page.RoundUp(header.Length);
        return header.Generation == generation && header.Number == number && at + length <= file.Length;
    }

    private static bool IsLater(byte[] file, long at, ulong generation) =>
        at < file.Length && VoteBatch.TryRead(file.AsSpan((int)at), out VoteBatch.Header header) && header.Generation == generation;

    private void Repair(int twin, ulong generation, long offset, ReadOnlySpan<byte> batch)
    {
        using AlignedBuffer copy = new();
        batch.CopyTo(copy.Extend(batch.Length));
        _files[twin, generation & 1].Write(offset, copy.Span);
        _files[twin, generation & 1].Flush();
        _health.Report(new Damage(DamageKind.Votes, _paths[twin, generation & 1], offset, DamageOutcome.Repaired, "Votes were missing or damaged in one file and were written again from its twin."));
    }

    private void Cut(int twin, ulong generation, byte[] content, long end)
    {
        // Older generations' batches lie there too, whole; only what is no batch at all is an unfinished write or damage.
        bool torn = false;
        for (long at = end; at < content.Length; at += Page.Bytes)
        {
            ReadOnlySpan<byte> page = content.AsSpan((int)at, (int)Math.Min(Page.Bytes, content.Length - at));
            if (page.IndexOfAnyExcept((byte)0) < 0) continue;
            if (VoteBatch.TryRead(content.AsSpan((int)at), out VoteBatch.Header header))
            {
                at += Page.RoundUp(header.Length) - Page.Bytes;
                continue;
            }
            torn = true;
            break;
        }
        if (!torn) return;
        using AlignedBuffer zeros = new();
        zeros.Extend((int)Page.RoundUp(content.Length - end));
        _files[twin, generation & 1].Write(end, zeros.Span);
        _files[twin, generation & 1].Flush();
        _health.Report(new Damage(DamageKind.Votes, _paths[twin, generation & 1], end, DamageOutcome.Cut, "An unfinished last write was cut off."));
    }

    private bool Counts(int twin, ulong generation) =>
        VoteBatch.TryRead(Load(twin, generation), out VoteBatch.Header first) && first.Number == 0 && first.Generation == generation;

    private byte[] Load(int twin, ulong generation)
    {
        IStoreFile file = _files[twin, generation & 1];
        // A file grows past its usual size only by a single first batch, so the bound is generous.
        byte[] bytes = new byte[Math.Min(file.Length, Math.Max(4L * _fileBytes, 64 << 20))];
        int read = file.Read(0, bytes);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    private void FillAhead()
    {
        using AlignedBuffer zeros = new();
        zeros.Extend(Math.Min(_fileBytes, 64 * Page.Bytes));
        foreach (IStoreFile file in _files)
        {
            for (long at = Page.RoundUp(file.Length); at < _fileBytes; at += zeros.Length)
                file.Write(at, zeros.Span[..(int)Math.Min(zeros.Length, _fileBytes - at)]);
            file.Flush();
        }
    }
}
