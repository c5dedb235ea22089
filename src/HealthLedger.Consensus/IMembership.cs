namespace HealthLedger.Consensus;

/// <summary>The configurations this replica knows, read from the genesis and shard 0. Answers never change for a configuration.</summary>
public interface IMembership
{
    /// <summary>Members of a configuration, 1 to 13; 0 when it is not known here yet.</summary>
    int Count(int config);

    /// <summary>This replica's index in it, -1 when it is not a member.</summary>
    int Self(int config);
}
