using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Contracts;

/// <summary>What members write into the directory beside the genesis: policies and key statements, by their hash.</summary>
internal static class DirectoryContract
{
    /// <summary>900: the same hash again is a duplicate.</summary>
    public static Outcome Note(in Event item, in Signer signer, RuleContext context)
    {
        if (!DirectoryNoteBody.Decode(item.Body.Span).TryGet(out DirectoryNoteBody? body, out _)) return Outcome.Refused(FaultCode.BodyMalformed);
        if (!item.SubjectUtf8.SequenceEqual("directory"u8)) return Outcome.Refused(FaultCode.SubjectUnknown);
        if (signer.Authority != Authority.Organization || !signer.IsMember) return Outcome.Refused(FaultCode.MemberOnly);
        RowKey key = RowKey.Of(Table.Note).Add(body.Hash);
        if (context.State.TryGet(key, out ReadOnlySpan<byte> known))
        {
            RowParser row = new(known);
            row.Hash();
            return Outcome.Duplicate(row.I64());
        }
        context.State.Put(key, context.Writer.Start().Hash(signer.Issuer).I64(context.Leaf).ToArray());
        return Outcome.Applied;
    }
}
