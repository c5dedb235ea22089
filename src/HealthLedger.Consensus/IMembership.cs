namespace HealthLedger.Consensus;

/// <summary>
/// The configurations this replica knows, from the genesis up without a gap: read from the genesis and shard 0, or from a history that was
/// checked. Answers do not change once a configuration is known.
/// </summary>
public interface IMembership
{
    /// <summary>Members of a configuration, 1 to 13; 0 when it is not known here yet.</summary>
    int Count(int config);

    /// <summary>
    /// This replica's index in it; -1 when it is not a member, or when the configuration names a validator key whose votes are not all in the
    /// vote log that this replica was started with.
    /// </summary>
    int Self(int config);
}
