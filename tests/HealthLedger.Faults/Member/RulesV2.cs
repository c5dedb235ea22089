using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Contracts;

namespace HealthLedger.Faults.Member;

/// <summary>The rules of the next build: what the first version decides, under a number that a build of today lacks.</summary>
internal sealed class RulesV2 : IRules
{
    private readonly RulesV1 _before = new();

    /// <inheritdoc/>
    public int Version => 2;

    /// <inheritdoc/>
    public Outcome Apply(in Event item, in Signer signer, RuleContext context) => _before.Apply(item, signer, context);
}
