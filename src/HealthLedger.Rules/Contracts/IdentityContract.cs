using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Contracts;

/// <summary>Who a subject is and which keys speak for it: inception, rotation, the claim of a steward's patient, shared resources.</summary>
internal static class IdentityContract
{
    /// <summary>100: the subject is the hash of the body; its own key signs, or its steward's. The same inception again is a duplicate.</summary>
    public static Outcome Incept(in Event item, Hash32 subject, in Signer signer, RuleContext context)
    {
        if (!InceptBody.Decode(item.Body.Span).TryGet(out InceptBody? body, out _)) return Outcome.Refused(FaultCode.BodyMalformed);
        if (signer.Issuer != subject) return Outcome.Refused(FaultCode.SubjectOnly);
        if (InceptBody.IdOf(item.Body.Span) != subject) return Outcome.Refused(FaultCode.InceptionMismatch);
        if (context.TryIdentity(subject, out IdentityRow? known)) return Outcome.Duplicate(known.Leaf);
        if (body.Steward is { } steward && !IsSteward(steward, context)) return Outcome.Refused(FaultCode.StewardUnknown);
        Put(context, subject, new IdentityRow { Kind = IdentityKind.Patient, Steward = body.Steward?.Id, CurrentKey = body.Key?.KeyId, Leaf = context.Leaf });
        if (body.Key is not null) PutKey(context, subject, body.Key);
        context.Log(subject, context.Line(item, signer));
        return Outcome.Applied;
    }

    /// <summary>101: the current key names its successor, which signs for itself. A compromise (end 0) ends all earlier keys at once.</summary>
    public static Outcome Rotate(in Event item, Hash32 subject, in Signer signer, RuleContext context)
    {
        if (!RotateBody.Decode(item.Body.Span).TryGet(out RotateBody? body, out _)) return Outcome.Refused(FaultCode.BodyMalformed);
        if (signer.Issuer != subject) return Outcome.Refused(FaultCode.SubjectOnly);
        if (signer.Authority == Authority.Steward) return Outcome.Refused(FaultCode.StewardMayNot);
        if (!context.TryIdentity(subject, out IdentityRow? identity)) return Outcome.Refused(FaultCode.SubjectUnknown);
        // A key that is running out may still sign, but not choose its heir: whoever stole it could take the identity.
        if (identity.CurrentKey != body.Old || signer.KeyId != body.Old) return Outcome.Refused(FaultCode.KeyNotCurrent);
        bool compromised = body.End == 0;
        if (!compromised && (body.End <= context.Time || body.End > context.Time + RuleLimits.DayMilliseconds)) return Outcome.Refused(FaultCode.KeyEndUnfit);
        if (context.State.Contains(RowKey.Of(Table.Key, subject).Add(body.New.KeyId))) return Outcome.Refused(FaultCode.KeyReused);
        List<EndingKey> ending = [.. identity.Ending.Where(key => key.End > context.Time)];
        if (!compromised && ending.Count == RuleLimits.EndingKeys) return Outcome.Refused(FaultCode.KeysTooMany);
        if (!PossessionProof.Verify(body.New, new LedgerDid(context.Network, subject), body.Proof.Span)) return Outcome.Refused(FaultCode.PossessionUnproven);
        if (compromised)
        {
            foreach (EndingKey key in ending) End(context, subject, key.KeyId, context.Time);
            ending.Clear();
        }
        else
        {
            ending.Add(new EndingKey(body.Old, body.End));
        }
        End(context, subject, body.Old, compromised ? context.Time : body.End);
        PutKey(context, subject, body.New);
        Put(context, subject, identity with { CurrentKey = body.New.KeyId, Ending = ending });
        context.Log(subject, context.Line(item, signer));
        return Outcome.Applied;
    }

    /// <summary>102: by the steward's key, the wallet's key takes over; the steward's rights end in this very place.</summary>
    public static Outcome Claim(in Event item, Hash32 subject, in Signer signer, RuleContext context)
    {
        if (!ClaimBody.Decode(item.Body.Span).TryGet(out ClaimBody? body, out _)) return Outcome.Refused(FaultCode.BodyMalformed);
        if (signer.Issuer != subject) return Outcome.Refused(FaultCode.SubjectOnly);
        if (!context.TryIdentity(subject, out IdentityRow? identity)) return Outcome.Refused(FaultCode.SubjectUnknown);
        if (identity.Steward is null) return Outcome.Refused(FaultCode.NoSteward);
        if (!PossessionProof.Verify(body.Key, new LedgerDid(context.Network, subject), body.Proof.Span)) return Outcome.Refused(FaultCode.PossessionUnproven);
        PutKey(context, subject, body.Key);
        Put(context, subject, identity with { Steward = null, Claimed = true, CurrentKey = body.Key.KeyId });
        context.Log(subject, context.Line(item, signer));
        return Outcome.Applied;
    }

    /// <summary>110: an organization opens its own subject, once; again is a duplicate.</summary>
    public static Outcome Shared(in Event item, Hash32 subject, in Signer signer, RuleContext context)
    {
        if (!SharedBody.Decode(item.Body.Span).IsOk) return Outcome.Refused(FaultCode.BodyMalformed);
        if (signer.Issuer != subject || signer.Authority != Authority.Organization) return Outcome.Refused(FaultCode.SubjectOnly);
        if (context.TryIdentity(subject, out IdentityRow? known)) return Outcome.Duplicate(known.Leaf);
        Put(context, subject, new IdentityRow { Kind = IdentityKind.Organization, Leaf = context.Leaf });
        context.Log(subject, context.Line(item, signer));
        return Outcome.Applied;
    }

    private static bool IsSteward(LedgerDid steward, RuleContext context) =>
        steward.Network == context.Network && context.Directory.TryGet(steward.Id, out OrganizationRow? organization) && organization.Roles.HasFlag(OrganizationRoles.Provider);

    private static void Put(RuleContext context, Hash32 subject, IdentityRow identity) =>
        context.State.Put(RowKey.Of(Table.Identity, subject), identity.Encode(context.Writer));

    private static void PutKey(RuleContext context, Hash32 subject, PublicKey key) =>
        context.State.Put(RowKey.Of(Table.Key, subject).Add(key.KeyId), new KeyRow { Sec1 = key.Sec1.ToArray(), From = context.Time, End = KeyRow.NoEnd }.Encode(context.Writer));

    private static void End(RuleContext context, Hash32 subject, Hash32 keyId, long end)
    {
        RowKey key = RowKey.Of(Table.Key, subject).Add(keyId);
        if (context.State.TryGet(key, out ReadOnlySpan<byte> value))
            context.State.Put(key, (KeyRow.Decode(value) with { End = end }).Encode(context.Writer));
    }
}
