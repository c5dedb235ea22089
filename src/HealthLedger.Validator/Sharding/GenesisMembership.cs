using HealthLedger.Consensus;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Validator.Sharding;

/// <summary>The one configuration there is while members cannot change: the founders.</summary>
internal sealed class GenesisMembership(Configuration configuration, int self) : IMembership
{
    /// <inheritdoc/>
    public int Count(int config) => config == configuration.Number ? configuration.N : 0;

    /// <inheritdoc/>
    public int Self(int config) => config == configuration.Number ? self : -1;
}
