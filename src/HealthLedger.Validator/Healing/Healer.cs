using System.Threading.Channels;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Storage.Health;
using HealthLedger.Storage.Trees;
using HealthLedger.Validator.Checking;
using HealthLedger.Validator.Sharding;

namespace HealthLedger.Validator.Healing;

/// <summary>
/// Makes a damaged store whole again from the other members, one place at a time, beside everything else (PROTOCOL section 4, rule 9). What a peer sends
/// is believed only where a hash or a certificate proves it. Rows cannot be healed in place: the replica ends and replays them.
/// </summary>
internal sealed class Healer : IAsyncDisposable
{
    /// <summary>The place of an object that was never here: it could not be had while its block was fetched.</summary>
    public const long NotHad = -1;

    private const int QueueMax = 4_096;
    private const string WantedName = "objects-wanted";
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(2);
    private readonly ReplicaCore _core;
    private readonly BlockSource _blocks;
    private readonly Channel<Damage> _queue = Channel.CreateBounded<Damage>(new BoundedChannelOptions(QueueMax) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _end = new();
    private Task _run = Task.CompletedTask;
    private readonly List<Damage> _nameless = [];
    private readonly List<Damage> _again = [];
    private int _walkWanted;

    public Healer(ReplicaCore core) => (_core, _blocks) = (core, new BlockSource(core));

    /// <summary>Begins with what was found while the store was opened, and goes on with what is found later.</summary>
    public void Start()
    {
        foreach (Damage damage in _core.Store.Health.Damages) Take(damage);
        _core.Store.Health.Found += Take;
        if (LooksEmptied() || File.Exists(WantedPath)) Volatile.Write(ref _walkWanted, 1);
        _run = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        _core.Store.Health.Found -= Take;
        await _end.CancelAsync();
        _queue.Writer.TryComplete();
        await _run;
        _end.Dispose();
    }

    private void Take(Damage damage)
    {
        if (damage.Outcome == DamageOutcome.Open || damage.Kind == DamageKind.Index) _queue.Writer.TryWrite(damage);
    }

    private async Task RunAsync()
    {
        try
        {
            if (Interlocked.Exchange(ref _walkWanted, 0) == 1) await WalkAsync();
            Task<bool> next = _queue.Reader.WaitToReadAsync(_end.Token).AsTask();
            while (true)
            {
                if (_again.Count > 0 && await Task.WhenAny(next, Task.Delay(AgainAfter, _core.Time, _end.Token)) != next)
                {
                    _end.Token.ThrowIfCancellationRequested();
                    await AgainAsync();
                    continue;
                }
                if (!await next) return;
                while (_queue.Reader.TryRead(out Damage? damage)) await HealAsync(damage);
                // Damage without a name (a header that cannot be read, an index built anew) is found by what is missing.
                if (Interlocked.Exchange(ref _walkWanted, 0) == 1) await WalkAsync();
                next = _queue.Reader.WaitToReadAsync(_end.Token).AsTask();
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // The replica stops.
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            _core.Log.HealingFailed(failure);
        }
    }

    private async Task HealAsync(Damage damage)
    {
        bool healed = false;
        switch (damage.Kind)
        {
            case DamageKind.Object or DamageKind.Key when damage.Hash is { } name:
                healed = await _core.FetchObjectAsync(name) && _core.Objects.TryGet(name) is not null;
                break;
            case DamageKind.Block when damage is { Shard: { } shard, Height: { } height }:
                healed = await HealBlockAsync((int)shard, (long)height, damage.Hash);
                break;
            case DamageKind.Tree when damage.Shard is { } shard && damage.Offset >= 0:
                healed = HealTile((int)shard, (ulong)damage.Offset / Hash32.Length / Tile.FullWidth);
                break;
            case DamageKind.State when damage.Shard is { } shard:
                _core.RestartForState((int)shard);
                return;
            default:
                _nameless.Add(damage);
                Volatile.Write(ref _walkWanted, 1);
                return;
        }
        if (!healed)
        {
            if (damage.Kind == DamageKind.Object && damage.Offset == NotHad) TryAgain(damage);
            return;
        }
        _core.Store.Health.Close(damage);
        _core.Log.Healed(damage.Kind.ToString(), $"at {damage.Offset} of {Path.GetFileName(damage.File)}");
    }

    /// <summary>An object that nobody gave is asked for again until somebody does, in this run and, by a walk, in the next.</summary>
    private void TryAgain(Damage damage)
    {
        if (_again.Count == QueueMax || _again.Contains(damage)) return;
        if (_again.Count == 0) File.WriteAllBytes(WantedPath, []);
        _again.Add(damage);
    }

    private async Task AgainAsync()
    {
        Damage[] all = [.. _again];
        _again.Clear();
        foreach (Damage damage in all) await HealAsync(damage);
        if (_again.Count > 0) return;
        await _core.Store.FlushAsync();
        File.Delete(WantedPath);
    }

    private string WantedPath => Path.Combine(_core.Options.Folder, WantedName);

    /// <summary>A block by its hash; a commit record by the certificate of a peer.</summary>
    private async Task<bool> HealBlockAsync(int shard, long height, Hash32? hash)
    {
        if (shard >= _core.Shards.Length) return false;
        if (hash is { } wanted && _core.Store.Blocks.TryRead(wanted) is null)
        {
            if (await _blocks.FindAsync(shard, wanted) is not { } record || !_blocks.OutcomesHold(shard, record)) return false;
            _core.Store.Blocks.Append((uint)shard, (ulong)height, wanted, record.Bytes);
        }
        if (height > 0 && height <= _core.Shards[shard].Tip.Info.Height && _core.Store.Blocks.Certificate((uint)shard, (ulong)height) is null)
            await _blocks.FillAsync(shard, height, height);
        await _core.Store.FlushAsync();
        return hash is not { } name || _core.Store.Blocks.TryRead(name) is not null;
    }

    private bool HealTile(int shard, ulong index)
    {
        TreeStore tree = _core.Store.Tree((uint)shard);
        if (IsSound(tree, index)) return true;
        Hash32[] leaves = new Hash32[Tile.FullWidth];
        ulong first = index * Tile.FullWidth;
        for (ulong at = first; at < first + Tile.FullWidth;)
        {
            if (at == 0)
            {
                leaves[at++] = Protocol.Hashing.TreeHash.Leaf(_core.Genesis.LeafOf(shard));
                continue;
            }
            if (_core.Store.Blocks.FindLeaf((uint)shard, at) is not { } place || _blocks.Own(shard, (long)place.Height) is not { } record) return false;
            Hash32[] added = BlockLeaves.Hashes(record);
            ulong start = (ulong)record.Block.Header.TreeSize - (ulong)added.Length;
            if (at < start) return false;
            for (; at < first + Tile.FullWidth && at - start < (ulong)added.Length; at++) leaves[at - first] = added[at - start];
        }
        return tree.Heal(new Tile(0, index, Tile.FullWidth), leaves);
    }

    /// <summary>The tile reads as it should: it was emptied and filled again at the start, or computed from the level below.</summary>
    private static bool IsSound(TreeStore tree, ulong index)
    {
        int width = Tile.WidthAt(0, index, tree.Size);
        if (width == 0) return true;
        try
        {
            tree.Read(new Tile(0, index, width));
            return true;
        }
        catch (TreeDamagedException)
        {
            return false;
        }
    }

    /// <summary>The newest blocks' objects are missing: the object stores were emptied.</summary>
    private bool LooksEmptied()
    {
        for (int shard = 0; shard < _core.Shards.Length; shard++)
        {
            long tip = _core.Shards[shard].Tip.Info.Height;
            // It began with a snapshot: the blocks below are for whoever reads or audits, and come in the background.
            if (tip > 0 && _core.Store.Blocks.Committed((uint)shard, 1) is null) return true;
            for (long height = tip; height > Math.Max(0, tip - 8); height--)
                if (_blocks.Own(shard, height) is { } record && !_core.Objects.HasAll(NamedObjects.Of(record.Block))) return true;
        }
        return false;
    }

    /// <summary>Looks at every committed block: fetches blocks that are missing and objects that they name. Slow on purpose.</summary>
    private async Task WalkAsync()
    {
        _core.Log.WalkBegins();
        bool whole = true;
        for (int shard = 0; shard < _core.Shards.Length; shard++)
        {
            for (long height = 1; height <= _core.Shards[shard].Tip.Info.Height; height++)
            {
                _end.Token.ThrowIfCancellationRequested();
                if (_blocks.Own(shard, height) is null) await _blocks.FillAsync(shard, height, _core.Shards[shard].Tip.Info.Height);
                if (_blocks.Own(shard, height) is not { } record) continue;
                Hash32[] missing = [.. NamedObjects.Of(record.Block).Where(name => !_core.Objects.Has(name))];
                if (missing.Length == 0) continue;
                whole &= await _core.GatherObjectsAsync(missing);
                _core.Objects.MarkNamed(missing);
            }
        }
        await _core.Store.FlushAsync();
        if (whole && _again.Count == 0) File.Delete(WantedPath);
        foreach (Damage damage in _nameless) _core.Store.Health.Close(damage);
        _nameless.Clear();
        _core.Log.WalkEnded();
    }
}
