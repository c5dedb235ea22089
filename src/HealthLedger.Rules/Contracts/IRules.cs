using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Rules.Contracts;

/// <summary>One version of the smart contracts: pure, deterministic functions over the state.</summary>
public interface IRules
{
    /// <summary>The version that configurations name.</summary>
    int Version { get; }

    /// <summary>Decides one event at its place in the order, and changes the state unless it is refused.</summary>
    /// <param name="item">The event.</param>
    /// <param name="signer">In whose name its statement speaks; already checked.</param>
    /// <param name="context">The state at that place, and all else that counts.</param>
    Outcome Apply(in Event item, in Signer signer, RuleContext context);
}
