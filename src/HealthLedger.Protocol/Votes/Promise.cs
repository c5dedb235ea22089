namespace HealthLedger.Protocol.Votes;

/// <summary>
/// A member's word that it takes part in no lower epoch, with what the new leader must build on: its lock (a prepare certificate) and
/// the newest commit certificate it knows (rule 2). An empty signature means "not signed yet".
/// </summary>
public sealed record Promise(int Shard, Epoch Epoch, Id16 LeaderId, int Member, Certificate? Lock, Certificate? Committed, byte[] Signature);

/// <summary>A member complains of an epoch and of every lower one (rule 1). Not bound to a leader, so it is nobody's vote.</summary>
public sealed record Complaint(int Shard, Epoch Epoch, int Member, byte[] Signature);

/// <summary>The leader of <paramref name="Epoch"/> gives it up to <paramref name="To"/>, the member that leads the next one: it may collect promises without complaints.</summary>
public sealed record HandOver(int Shard, Epoch Epoch, int Member, int To, byte[] Signature);
