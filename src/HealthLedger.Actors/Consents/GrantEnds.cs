using System.Buffers.Binary;
using System.Threading.Channels;
using HealthLedger.Actors.Reading;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Storage.Flushing;
using HealthLedger.Storage.Snapshots;
using HealthLedger.Storage.State;

namespace HealthLedger.Actors.Consents;

/// <summary>
/// The ends of running grants that come within two days, kept in snapshots by due time, so that neither a start nor a look goes through all grants. A mark for each shard says up to
/// which block the list is whole; it is sealed, names that block's header and the database it stands in, and the list goes on from there. Where it
/// does not fit the own replica, the list is made anew from the rows. A database that leaves rows out is found out by making the list anew
/// once a day; until then it delays closing entries of this member, on which nothing depends.
/// </summary>
internal sealed class GrantEnds : IAsyncDisposable
{
    private const int Format = 1, BlocksWaitingMax = 4_096, BlocksReplayedMax = 2_000;
    private const long MarkMilliseconds = 5_000, WholeMilliseconds = 86_400_000, AheadMilliseconds = 2 * WholeMilliseconds;

    private readonly ILedgerReader _ledger;
    private readonly SnapshotStore _snapshots;
    private readonly TimeProvider _clock;
    private readonly Func<string, ValueTask> _wake;
    private readonly Shard[] _shards;
    private readonly Channel<CommittedGrants> _blocks = Channel.CreateBounded<CommittedGrants>(new BoundedChannelOptions(BlocksWaitingMax) { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Task _working;

    /// <summary>Begins to follow the ledger.</summary>
    /// <param name="ledger">The own replica.</param>
    /// <param name="snapshots">Where the list is.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="wake">Wakes the consents of a patient.</param>
    public GrantEnds(ILedgerReader ledger, SnapshotStore snapshots, TimeProvider clock, Func<string, ValueTask> wake)
    {
        (_ledger, _snapshots, _clock, _wake) = (ledger, snapshots, clock, wake);
        _shards = [.. Enumerable.Range(1, ledger.Genesis.Shards).Select(shard => new Shard(shard))];
        _working = Task.Run(WorkAsync);
    }

    /// <summary>A block was committed. Never waits; one that finds no room is read again later.</summary>
    public void Note(CommittedGrants block) => _blocks.Writer.TryWrite(block);

    /// <summary>
    /// Wakes the patients whose grants end at a moment or before.
    /// </summary>
    /// <returns>The shards for which the list is not whole, so that their rows must be looked through.</returns>
    public async ValueTask<IReadOnlyList<int>> WakeDueAsync(long until)
    {
        await _turn.WaitAsync(_stopping.Token);
        try
        {
            foreach (Shard shard in _shards) await OpenAsync(shard);
            HashSet<int> whole = [.. _shards.Where(shard => shard.IsWhole).Select(shard => shard.Number)];
            HashSet<Hash32> woken = [];
            DueCursor? after = DueCursor.Start;
            while (after is { } cursor && whole.Count > 0)
            {
                if (!(await _snapshots.ListDueAsync(SnapshotKind.GrantEnd, until, cursor)).TryGet(out DueList? due, out _)) return [.. _shards.Select(shard => shard.Number)];
                foreach (Snapshot end in due.Snapshots.Where(end => whole.Contains(end.Shard))) await WakeAsync(end, woken);
                after = due.Next;
            }
            return [.. _shards.Where(shard => !whole.Contains(shard.Number)).Select(shard => shard.Number)];
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Stops, with a mark of how far the list is.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _working;
        foreach (Shard shard in _shards.Where(shard => shard.IsWhole)) Mark(shard);
        _stopping.Dispose();
        _turn.Dispose();
    }

    // The ledger says whether the grant still runs; the snapshot only that it is worth asking.
    private async ValueTask WakeAsync(Snapshot end, HashSet<Hash32> woken)
    {
        (Hash32 did, Id16 grant) = (new Hash32(end.Key.Span[..Hash32.Length]), new Id16(end.Key.Span[Hash32.Length..]));
        if (_ledger.View(end.Shard).Grant(did, grant) is not { End: null }) _snapshots.TryDelete(SnapshotKind.GrantEnd, end.Key.Span);
        else if (woken.Add(did)) await _wake(TextOf(did));
    }

    private async Task WorkAsync()
    {
        try
        {
            await foreach (CommittedGrants block in _blocks.Reader.ReadAllAsync(_stopping.Token))
            {
                await _turn.WaitAsync(_stopping.Token);
                try
                {
                    await TakeAsync(block);
                }
                finally
                {
                    _turn.Release();
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The node ends.
        }
    }

    private async ValueTask TakeAsync(CommittedGrants block)
    {
        Shard shard = _shards[block.Shard - 1];
        if (!shard.IsWhole || block.Height <= shard.Height) return;
        await ReadingAsync(shard, () =>
        {
            if (block.Height == shard.Height + 1) Put(shard, block);
            else Replay(shard, block.Height);
            if (shard.IsWhole && Now - shard.MarkedAt >= MarkMilliseconds) Mark(shard);
            return ValueTask.CompletedTask;
        });
    }

    // Makes the list whole where it is not known to be, or is not any more.
    private ValueTask OpenAsync(Shard shard)
    {
        if (shard.IsWhole && shard.Database == _snapshots.Database && Now - shard.MadeAt < WholeMilliseconds) return ValueTask.CompletedTask;
        bool daily = shard.IsWhole && shard.Database == _snapshots.Database;
        shard.IsWhole = false;
        return ReadingAsync(shard, async () =>
        {
            LedgerTip tip = _ledger.Tip(shard.Number);
            shard.Database = _snapshots.Database;
            Snapshot? mark = daily ? null : await _snapshots.GetAsync(SnapshotKind.GrantEndsMark, KeyOf(shard));
            if (mark is not null && Fits(shard, mark, tip))
            {
                (shard.Height, shard.Header, shard.IsWhole) = (mark.Height, mark.Header, true);
                shard.MadeAt = MadeAt(mark);
                Replay(shard, tip.Height);
            }
            else await MakeAsync(shard, tip.Height);
            if (shard.IsWhole) Mark(shard);
        });
    }

    private bool Fits(Shard shard, Snapshot mark, LedgerTip tip)
    {
        string? why = mark.Format != Format || mark.Bytes.Length != Id16.Length + sizeof(long) ? "format"
            : new Id16(mark.Bytes.Span[..Id16.Length]) != shard.Database ? "database"
            : mark.Height > tip.Height ? "future"
            : tip.Height - mark.Height > BlocksReplayedMax || Now - MadeAt(mark) >= WholeMilliseconds ? "old"
            : _ledger.Grants(shard.Number, mark.Height)?.Header != mark.Header ? "header" : null;
        if (why is not null) _snapshots.Refuse(why);
        return why is null;
    }

    private void Replay(Shard shard, long height)
    {
        while (shard.IsWhole && shard.Height < height && height - shard.Height <= BlocksReplayedMax)
        {
            if (_ledger.Grants(shard.Number, shard.Height + 1) is { } block) Put(shard, block);
            else shard.IsWhole = false;
        }
        shard.IsWhole &= shard.Height >= height;
    }

    // From the rows, at the pace at which the database takes it.
    private async ValueTask MakeAsync(Shard shard, long height)
    {
        if (_ledger.Grants(shard.Number, height) is not { } block) return;
        long made = Now;
        foreach ((Hash32 did, Id16 grant, long ends) in _ledger.View(shard.Number).RunningGrants())
        {
            // Going past a row costs a hundredth of putting it, and the list is made again before this one ends.
            if (ends > made + AheadMilliseconds) continue;
            // A database that is away takes nothing: the rows are looked through meanwhile.
            if (_snapshots.Warning is not null) return;
            Snapshot end = EndOf(shard, block, did, grant, ends);
            while (!_snapshots.TryPut(end)) await _snapshots.WaitForRoomAsync(_stopping.Token).WaitAsync(TimeSpan.FromSeconds(10), _clock, _stopping.Token);
        }
        (shard.Height, shard.Header, shard.MadeAt, shard.IsWhole) = (height, block.Header, made, true);
    }

    private void Put(Shard shard, CommittedGrants block)
    {
        foreach ((Hash32 did, Id16 grant, long until) in block.Made)
        {
            if (until > shard.MadeAt + AheadMilliseconds || _snapshots.TryPut(EndOf(shard, block, did, grant, until))) continue;
            shard.IsWhole = false;
            return;
        }
        (shard.Height, shard.Header) = (block.Height, block.Header);
    }

    private static long MadeAt(Snapshot mark) => BinaryPrimitives.ReadInt64BigEndian(mark.Bytes.Span[Id16.Length..]);

    private void Mark(Shard shard)
    {
        byte[] bytes = new byte[Id16.Length + sizeof(long)];
        shard.Database.Bytes.CopyTo(bytes);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(Id16.Length), shard.MadeAt);
        _snapshots.TryPut(new Snapshot { Kind = SnapshotKind.GrantEndsMark, Key = KeyOf(shard), Shard = shard.Number, Height = shard.Height, Header = shard.Header, Format = Format, Bytes = bytes });
        shard.MarkedAt = Now;
    }

    private static Snapshot EndOf(Shard shard, CommittedGrants block, Hash32 did, Id16 grant, long ends) => new()
    {
        Kind = SnapshotKind.GrantEnd, Key = (byte[])[.. did.Bytes, .. grant.Bytes], Shard = shard.Number, Height = block.Height, Header = block.Header, Format = Format, Due = ends, Bytes = default,
    };

    // Damaged rows are computed anew by the replica; until then the list is not whole, and the next look tries again.
    private static async ValueTask ReadingAsync(Shard shard, Func<ValueTask> work)
    {
        try
        {
            await work();
        }
        catch (Exception failure) when (failure is StateDamagedException or StoreFailedException or ObjectDisposedException or TimeoutException)
        {
            shard.IsWhole = false;
        }
    }

    private long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    private string TextOf(Hash32 did) => new LedgerDid(_ledger.Genesis.Network, did).ToString();

    private static byte[] KeyOf(Shard shard)
    {
        byte[] key = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(key, shard.Number);
        return key;
    }

    /// <summary>How far the list of one shard is.</summary>
    private sealed class Shard(int number)
    {
        public int Number => number;

        public bool IsWhole { get; set; }

        public long Height { get; set; }

        public Hash32 Header { get; set; }

        public Id16 Database { get; set; }

        public long MarkedAt { get; set; }

        public long MadeAt { get; set; }
    }
}
