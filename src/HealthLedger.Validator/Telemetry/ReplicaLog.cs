using HealthLedger.Consensus.Effects;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Validator.Telemetry;

/// <summary>What a replica says in its log: places, numbers, codes; never an identity or anything from a record.</summary>
internal sealed partial class ReplicaLog(ILogger logger, int member)
{
    public void Started(int shards, long milliseconds) => Started(member, shards, milliseconds);

    public void Mode(int shard, ReplicaMode mode) => Mode(member, shard, mode);

    public void Failed(int shard, Exception failure) => Failed(member, shard, failure);

    public void BlockMalformed(int shard, string code) => BlockMalformed(member, shard, code);

    public void BlockRefused(int shard, long height, string code, string reason) => BlockRefused(member, shard, height, code, reason);

    public void BlockNotBuilt(int shard, string code, string reason) => BlockNotBuilt(member, shard, code, reason);

    public void FetchFailed(int shard, long height, Exception failure) => FetchFailed(member, shard, height, failure);

    public void CaughtUp(int shard, long height, long target) => CaughtUp(member, shard, height, target);

    public void Damage(string kind, string outcome, string file, long offset, string words) => Damage(member, kind, outcome, file, offset, words);

    public void Healed(string kind, string what) => Healed(member, kind, what);

    public void Replayed(int shard, long from, long to) => Replayed(member, shard, from, to);

    public void ObserverFailed(int shard, Exception failure) => ObserverFailed(member, shard, failure);

    public void LeaderFailed(int shard, Exception failure) => LeaderFailed(member, shard, failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "Member {Member} shard {Shard}: the shard actor met a defect and leads no longer")]
    private partial void LeaderFailed(int member, int shard, Exception failure);

    public void Leading(int shard, string what) => Leading(member, shard, what);

    [LoggerMessage(Level = LogLevel.Information, Message = "Member {Member} shard {Shard}: {What}")]
    private partial void Leading(int member, int shard, string what);

    public void Slow(int shard, long height, string statement, double milliseconds, string stages, int leftOut) => Slow(member, shard, height, statement, milliseconds, stages, leftOut);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Member {Member} shard {Shard} height {Height}: statement {Statement} took {Milliseconds:0.0} ms: {Stages} ({LeftOut} such lines left out)")]
    private partial void Slow(int member, int shard, long height, string statement, double milliseconds, string stages, int leftOut);

    public void ConfigurationLearned(int config, int members) => ConfigurationLearned(member, config, members);

    public void ConfigurationUnproved(long height, string code, string reason) => ConfigurationUnproved(member, height, code, reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Member {Member}: configuration {Config} of {Members} members was decided")]
    private partial void ConfigurationLearned(int member, int config, int members);

    [LoggerMessage(Level = LogLevel.Error, Message = "Member {Member}: the proof of the configuration decided at height {Height} of the directory does not hold: {Code} {Reason}")]
    private partial void ConfigurationUnproved(int member, long height, string code, string reason);

    public void SnapshotBegun(int shard, long height, int chunks) => SnapshotBegun(member, shard, height, chunks);

    public void SnapshotWhole(int shard, long height) => SnapshotWhole(member, shard, height);

    public void SnapshotTaken(int shard, long height) => SnapshotTaken(member, shard, height);

    public void SnapshotRefused(int shard, string code, string reason) => SnapshotRefused(member, shard, code, reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Member {Member} shard {Shard}: fetches a snapshot of height {Height} in {Chunks} chunks")]
    private partial void SnapshotBegun(int member, int shard, long height, int chunks);

    [LoggerMessage(Level = LogLevel.Information, Message = "Member {Member} shard {Shard}: the snapshot of height {Height} is here and holds")]
    private partial void SnapshotWhole(int member, int shard, long height);

    [LoggerMessage(Level = LogLevel.Information, Message = "Member {Member} shard {Shard}: begins at the snapshot of height {Height}")]
    private partial void SnapshotTaken(int member, int shard, long height);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Member {Member} shard {Shard}: another member's piece of a snapshot is refused, {Code}: {Reason}")]
    private partial void SnapshotRefused(int member, int shard, string code, string reason);

    public void VotesLost() => VotesLost(member);

    public void HealingFailed(Exception failure) => HealingFailed(member, failure);

    public void WalkBegins() => WalkBegins(member);

    public void WalkEnded() => WalkEnded(member);

    public void StateEmptied(int shard) => StateEmptied(member, shard);

    [LoggerMessage(Level = LogLevel.Error, Message = "Member {Member}: healing the store has ended")]
    private partial void HealingFailed(int member, Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "Member {Member}: looks at every block for what is missing")]
    private partial void WalkBegins(int member);

    [LoggerMessage(Level = LogLevel.Information, Message = "Member {Member}: has looked at every block")]
    private partial void WalkEnded(int member);

    [LoggerMessage(Level = LogLevel.Error, Message = "Member {Member} shard {Shard}: rows are damaged; the replica starts anew and computes them again")]
    private partial void StateEmptied(int member, int shard);

    [LoggerMessage(Level = LogLevel.Information, Message = "Member {Member} is up with {Shards} shards after {Milliseconds} ms")]
    private partial void Started(int member, int shards, long milliseconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Member {Member} shard {Shard}: mode {Mode}")]
    private partial void Mode(int member, int shard, ReplicaMode mode);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Member {Member} shard {Shard} has ended: it must be restarted")]
    private partial void Failed(int member, int shard, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Member {Member} shard {Shard}: a block from outside is malformed, {Code}")]
    private partial void BlockMalformed(int member, int shard, string code);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Member {Member} shard {Shard}: the block of height {Height} is refused, {Code}: {Reason}")]
    private partial void BlockRefused(int member, int shard, long height, string code, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Member {Member} shard {Shard}: no block was built, {Code}: {Reason}")]
    private partial void BlockNotBuilt(int member, int shard, string code, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Member {Member} shard {Shard}: fetching up to height {Height} failed")]
    private partial void FetchFailed(int member, int shard, long height, Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "Member {Member} shard {Shard}: caught up to height {Height} of {Target}")]
    private partial void CaughtUp(int member, int shard, long height, long target);

    [LoggerMessage(Level = LogLevel.Error, Message = "Member {Member}: damage of kind {Kind} ({Outcome}) in {File} at {Offset}: {Words}")]
    private partial void Damage(int member, string kind, string outcome, string file, long offset, string words);

    [LoggerMessage(Level = LogLevel.Information, Message = "Member {Member}: healed {Kind} {What} from another member")]
    private partial void Healed(int member, string kind, string what);

    [LoggerMessage(Level = LogLevel.Information, Message = "Member {Member} shard {Shard}: replayed heights {From} to {To}")]
    private partial void Replayed(int member, int shard, long from, long to);

    [LoggerMessage(Level = LogLevel.Error, Message = "Member {Member} shard {Shard}: an observer of committed blocks failed")]
    private partial void ObserverFailed(int member, int shard, Exception failure);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Member {Member}: both files of the vote log are lost; it follows without voting until its validator key is replaced")]
    private partial void VotesLost(int member);
}
