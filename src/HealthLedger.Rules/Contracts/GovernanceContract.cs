using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.Votes;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Contracts;

/// <summary>
/// How members change: a member proposes a whole configuration, the others approve it by its hash, and the approval that makes a quorum of the configuration in
/// force decides it. A member stands behind at most one proposal at a time, its last word; one that nobody stands behind any more is gone, so there are never
/// more proposals than members. Once one is decided, nothing more is until shard 0 has taken its stop sign.
/// </summary>
internal static class GovernanceContract
{
    /// <summary>910: who proposes approves. The same again is a duplicate; what another proposed already is approved.</summary>
    public static Outcome Propose(in Event item, in Signer signer, RuleContext context)
    {
        if (Standing(item, signer, context, out ConfigurationRow current) is { } refused) return refused;
        ReadOnlySpan<byte> bytes = item.Body.Span;
        Hash32 hash = ConfigurationCodec.HashOf(bytes);
        if (Repeated(signer.Issuer, hash, context) is { } repeated) return repeated;
        if (!ConfigurationCodec.Decode(bytes).TryGet(out Configuration? next, out Fault fault))
            return Outcome.Refused(fault.Code == FaultCode.MemberKeysUnfit ? fault.Code : FaultCode.BodyMalformed);
        if (next.Number != context.Config + 1) return Outcome.Refused(FaultCode.ConfigurationNumberWrong);
        if (next.Network != context.Network || next.Previous != current.Hash) return Outcome.Refused(FaultCode.ConfigurationPreviousWrong);
        if (next.RulesVersion != current.RulesVersion && next.RulesVersion != current.RulesVersion + 1) return Outcome.Refused(FaultCode.RulesVersionUnfit);
        if (!DirectoryChange.WithdrawsRightly(next, context)) return Outcome.Refused(FaultCode.WithdrawalUnfit);
        RowKey proposal = RowKey.Of(Table.Proposal, hash);
        if (!context.State.Contains(proposal)) context.State.Put(proposal, new ProposalRow(context.Leaf, item.Body).Encode(context.Writer));
        return Approve(hash, signer.Issuer, current, context);
    }

    /// <summary>911: the same again is a duplicate, also of what was decided meanwhile.</summary>
    public static Outcome Approve(in Event item, in Signer signer, RuleContext context)
    {
        if (Standing(item, signer, context, out ConfigurationRow current) is { } refused) return refused;
        if (!ConfigurationApproveBody.Decode(item.Body.Span).TryGet(out ConfigurationApproveBody? body, out _)) return Outcome.Refused(FaultCode.BodyMalformed);
        if (Repeated(signer.Issuer, body.Configuration, context) is { } repeated) return repeated;
        return context.State.Contains(RowKey.Of(Table.Proposal, body.Configuration))
            ? Approve(body.Configuration, signer.Issuer, current, context)
            : Outcome.Refused(FaultCode.ProposalUnknown);
    }

    /// <summary>A refusal unless a member of the configuration in force speaks, with its identity key, of the directory.</summary>
    private static Outcome? Standing(in Event item, in Signer signer, RuleContext context, out ConfigurationRow current)
    {
        current = context.Directory.Configuration(context.Config) ?? throw new InvalidDataException($"The directory lacks configuration {context.Config}, which is in force.");
        if (!item.SubjectUtf8.SequenceEqual("directory"u8)) return Outcome.Refused(FaultCode.SubjectUnknown);
        if (signer.Authority != Authority.Organization || !current.Members.Contains(signer.Issuer)) return Outcome.Refused(FaultCode.MemberOnly);
        return context.Directory.TryGet(signer.Issuer, out OrganizationRow? own) && own.IdentityKeyId() == signer.KeyId ? null : Outcome.Refused(FaultCode.IdentityKeyOnly);
    }

    /// <summary>What is said of a configuration that is decided, or that this member approves already.</summary>
    private static Outcome? Repeated(Hash32 member, Hash32 hash, RuleContext context)
    {
        if (context.State.TryGet(RowKey.Of(Table.Configuration).Add((long)context.Config + 1), out ReadOnlySpan<byte> value))
        {
            ConfigurationRow decided = ConfigurationRow.Decode(value);
            return decided.Hash == hash ? Outcome.Duplicate(decided.Leaf) : Outcome.Refused(FaultCode.ConfigurationDecided);
        }
        return ApprovalOf(member, context) is { } approval && approval.Configuration == hash ? Outcome.Duplicate(approval.Leaf) : null;
    }

    private static Outcome Approve(Hash32 hash, Hash32 member, ConfigurationRow current, RuleContext context)
    {
        ApprovalRow? before = ApprovalOf(member, context);
        context.State.Put(RowKey.Of(Table.Approval, member), new ApprovalRow(hash, context.Leaf).Encode(context.Writer));
        if (before is { } left && Approvals(left.Configuration, current, context) == 0) context.State.Remove(RowKey.Of(Table.Proposal, left.Configuration));
        if (Approvals(hash, current, context) < Quorum.Size(current.Members.Count)) return Outcome.Applied;
        Decide(hash, current, context);
        return Outcome.Decided(hash);
    }

    private static void Decide(Hash32 hash, ConfigurationRow current, RuleContext context)
    {
        context.State.TryGet(RowKey.Of(Table.Proposal, hash), out ReadOnlySpan<byte> value);
        ProposalRow proposal = ProposalRow.Decode(value);
        Configuration next = ConfigurationCodec.Decode(proposal.Bytes.Span).Value;
        foreach (Hash32 member in current.Members)
        {
            if (ApprovalOf(member, context) is not { } approval) continue;
            context.State.Remove(RowKey.Of(Table.Approval, member));
            if (context.State.Contains(RowKey.Of(Table.Proposal, approval.Configuration))) context.State.Remove(RowKey.Of(Table.Proposal, approval.Configuration));
        }
        ConfigurationRow row = new()
        {
            DecidedHeight = context.Height,
            Leaf = context.Leaf,
            Hash = hash,
            RulesVersion = next.RulesVersion,
            Members = [.. next.Members.Select(member => GenesisFile.DidOf(context.Network, member.Identity).Id)],
            Bytes = proposal.Bytes,
        };
        context.State.Put(RowKey.Of(Table.Configuration).Add((long)next.Number), row.Encode(context.Writer));
        DirectoryChange.Apply(current, next, row, context);
    }

    private static int Approvals(Hash32 hash, ConfigurationRow current, RuleContext context) =>
        current.Members.Count(member => ApprovalOf(member, context) is { } approval && approval.Configuration == hash);

    private static ApprovalRow? ApprovalOf(Hash32 member, RuleContext context) =>
        context.State.TryGet(RowKey.Of(Table.Approval, member), out ReadOnlySpan<byte> value) ? ApprovalRow.Decode(value) : null;
}
