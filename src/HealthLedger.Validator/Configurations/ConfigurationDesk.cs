using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Views;
using HealthLedger.Validator.Receipts;
using HealthLedger.Validator.Wire;

namespace HealthLedger.Validator.Configurations;

/// <summary>
/// How a replica comes to know configurations: from what its own shard 0 has decided, and from other members, whose history is believed because it proves
/// itself. What is known is kept beside the store, so that a start needs nobody for it.
/// </summary>
internal sealed class ConfigurationDesk
{
    /// <summary>The file in the replica's folder.</summary>
    public const string FileName = "configurations.cbor";

    private readonly ReplicaCore _core;
    private readonly Lock _writing = new();
    private long? _settledSince;
    private int _asking, _settled;

    public ConfigurationDesk(ReplicaCore core)
    {
        _core = core;
        _core.Book.Changed += Keep;
    }

    private string PathOf => Path.Combine(_core.Options.Folder, FileName);

    /// <summary>Takes in what was kept at an earlier run. A damaged file is the same as none: shard 0 and the others have it.</summary>
    public void Load()
    {
        if (File.Exists(PathOf) && ConfigurationHistory.Decode(File.ReadAllBytes(PathOf), _core.Genesis).TryGet(out ConfigurationHistory? kept, out _)) Take(kept);
        Keep();
    }

    /// <summary>Ends keeping.</summary>
    public void Stop() => _core.Book.Changed -= Keep;

    /// <summary>Takes in what the committed rows of shard 0 have decided and the book does not know yet.</summary>
    /// <param name="committed">The committed height of shard 0; its newest certificate is stored.</param>
    public void LearnDecided(long committed)
    {
        LedgerView directory = new(_core.Store.State(Shards.Directory));
        for (int next = _core.Book.Newest.Number + 1; directory.Configuration(next) is { } row; next++)
        {
            Result<ConfigurationProof> proof = Prove(row, committed);
            Fault? fault = proof.IsOk ? _core.Book.Take(proof.Value) : proof.Fault;
            if (_core.Book.TryGet(next) is { } known)
            {
                _core.Log.ConfigurationLearned(next, known.N);
                continue;
            }
            _core.Log.ConfigurationUnproved(row.DecidedHeight, fault?.CodeText ?? "", fault?.Message ?? "");
            AskSoon();
            return;
        }
    }

    /// <summary>
    /// Looked at about once a second: nobody tells a node without a seat what the members decide, and who has left is forgotten a while after every shard went
    /// on without it.
    /// </summary>
    public void Look()
    {
        if (_core.Keys.Self(_core.Book.Newest.Number) < 0) AskSoon();
        int lowest = _core.Shards.Min(shard => shard.Tip.Info.Config);
        long now = _core.Now.Elapsed;
        if (_settledSince is null || lowest != _settled) (_settled, _settledSince) = (lowest, now);
        else if (now - _settledSince >= _core.Options.LeavingGrace.TotalMilliseconds) _core.Book.ForgetBefore(lowest);
    }

    /// <summary>Waits, for a while, until a configuration is known; false when it is not. The others are asked.</summary>
    public async ValueTask<bool> KnowsAsync(int config, TimeSpan patience, CancellationToken stopping)
    {
        long since = _core.Time.GetTimestamp();
        while (_core.Book.TryGet(config) is null)
        {
            Task next = _core.Book.NextChange;
            if (_core.Book.TryGet(config) is not null) break;
            AskSoon();
            TimeSpan left = patience - _core.Time.GetElapsedTime(since);
            if (left <= TimeSpan.Zero) return false;
            try
            {
                await next.WaitAsync(left, _core.Time, stopping);
            }
            catch (TimeoutException)
            {
                return _core.Book.TryGet(config) is not null;
            }
        }
        return true;
    }

    /// <summary>Asks other members what configurations they know: one question at a time, beginning with <paramref name="first"/> where it is given.</summary>
    public void AskSoon(Hash32? first = null)
    {
        if (Interlocked.Exchange(ref _asking, 1) != 0) return;
        _ = Task.Run(async () =>
        {
            try
            {
                await AskAsync(first);
            }
            catch (OperationCanceledException)
            {
                // The replica stops.
            }
            finally
            {
                Volatile.Write(ref _asking, 0);
            }
        });
    }

    private async Task AskAsync(Hash32? first)
    {
        byte[] request = new PeerRequest(PeerRequestKind.Configurations, 0, _core.Book.Newest.Number, default).Encode();
        IEnumerable<Hash32> peers = first is { } named ? [named, .. _core.Peers().Where(peer => peer != named)] : _core.Peers();
        foreach (Hash32 peer in peers)
        {
            int before = _core.Book.Newest.Number;
            ReadOnlyMemory<byte> answer = await _core.AskAsync(peer, request);
            if (answer.IsEmpty || !ConfigurationHistory.Decode(answer, _core.Genesis).TryGet(out ConfigurationHistory? history, out _)) continue;
            Take(history);
            if (_core.Book.Newest.Number > before) return;
        }
    }

    private void Take(ConfigurationHistory history)
    {
        int before = _core.Book.Newest.Number;
        if (_core.Book.Take(history) is { } contradiction) _core.Log.ConfigurationUnproved(history.DecidedHeight(history.Newest.Number), contradiction.CodeText, contradiction.Message);
        else if (_core.Book.Newest.Number > before) _core.Log.ConfigurationLearned(_core.Book.Newest.Number, _core.Book.Newest.N);
    }

    private Result<ConfigurationProof> Prove(ConfigurationRow row, long committed)
    {
        if (!_core.Receipts.Build(Shards.Directory, row.Leaf, committed, []).TryGet(out Receipt? receipt, out Fault fault)) return fault;
        return new ConfigurationProof(row.Bytes, receipt.Encode());
    }

    private void Keep()
    {
        lock (_writing)
        {
            if (_core.Book.Newest.Number == 0) return;
            string temporary = PathOf + ".new";
            File.WriteAllBytes(temporary, _core.Book.History.Encode());
            File.Move(temporary, PathOf, overwrite: true);
        }
    }
}
