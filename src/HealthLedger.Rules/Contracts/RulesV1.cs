using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Rules.Contracts;

/// <summary>Version 1: sends each event to the contract of its type.</summary>
public sealed class RulesV1 : IRules
{
    private delegate Outcome Contract(in Event item, Hash32 subject, in Signer signer, RuleContext context);

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public Outcome Apply(in Event item, in Signer signer, RuleContext context)
    {
        if (item.Type == EventType.DirectoryNote) return DirectoryContract.Note(item, signer, context);
        if (item.Type == EventType.ConfigurationPropose) return GovernanceContract.Propose(item, signer, context);
        if (item.Type == EventType.ConfigurationApprove) return GovernanceContract.Approve(item, signer, context);
        if (ContractOf(item.Type) is not { } contract) return Outcome.Refused(FaultCode.EventTypeUnknown);
        return context.TryId(item.SubjectUtf8, out Hash32 subject) ? contract(item, subject, signer, context) : Outcome.Refused(FaultCode.SubjectUnknown);
    }

    private static Contract? ContractOf(uint type) => type switch
    {
        EventType.IdentityIncept => IdentityContract.Incept,
        EventType.IdentityRotate => IdentityContract.Rotate,
        EventType.IdentityClaim => IdentityContract.Claim,
        EventType.OrganizationShared => IdentityContract.Shared,
        EventType.SegmentOpen => SegmentContract.Open,
        EventType.SegmentRotate => SegmentContract.Rotate,
        EventType.RecordAdd => RecordContract.Add,
        EventType.RecordAmend => RecordContract.Amend,
        EventType.RecordRetract => RecordContract.Retract,
        EventType.GrantCreate => GrantContract.Create,
        EventType.GrantRevoke => GrantContract.Revoke,
        EventType.GrantClose => GrantContract.Close,
        EventType.AccessRequest => AccessContract.Request,
        _ => null,
    };
}
