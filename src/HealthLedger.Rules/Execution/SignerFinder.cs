using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.State;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Contracts;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Execution;

/// <summary>A signer and the point of the key that signed.</summary>
/// <param name="Signer">In whose name.</param>
/// <param name="Sec1">The uncompressed point.</param>
public readonly record struct FoundSigner(Signer Signer, ReadOnlyMemory<byte> Sec1);

/// <summary>
/// Finds in whose name a statement speaks, and whether its key may, at a block time: an organization's key by the directory (in shard 0 its identity key,
/// too, which governs and is kept for that), a patient's by the state, the steward's under an unclaimed patient, and at an inception the key that the inception itself names. Cost: two to four rows.
/// </summary>
public static class SignerFinder
{
    /// <summary>Finds the signer of a statement.</summary>
    public static Result<FoundSigner> Find(Submission submission, string network, IRowReader state, DirectoryView directory, long time)
    {
        Statement statement = submission.Statement;
        if (!LedgerDid.Parse(statement.Issuer).TryGet(out LedgerDid issuer, out Fault fault)) return fault;
        if (issuer.Network != network) return new Fault(FaultCode.PlaceWrong, "The issuer is of another network.");
        if (directory.TryGet(issuer.Id, out OrganizationRow? organization))
        {
            return statement.Shard == Shards.Directory && organization.IdentityKeyId() == statement.KeyId
                ? new FoundSigner(new Signer(issuer.Id, Authority.Organization, issuer.Id, organization.Roles, organization.Member is not null, statement.KeyId), organization.IdentityKey)
                : ByOrganization(issuer.Id, issuer.Id, Authority.Organization, statement.KeyId, directory, time);
        }
        RowKey key = RowKey.Of(Table.Identity, issuer.Id);
        if (!state.TryGet(key.Span, out ReadOnlyMemory<byte> row)) return AtInception(submission, issuer.Id, directory, time);
        key = RowKey.Of(Table.Key, issuer.Id).Add(statement.KeyId);
        if (state.TryGet(key.Span, out ReadOnlyMemory<byte> value))
        {
            KeyRow own = KeyRow.Decode(value.Span);
            return own.IsValidAt(time) ? Patient(issuer.Id, statement.KeyId, own.Sec1) : NotValid;
        }
        return IdentityRow.Decode(row.Span).Steward is { } steward
            ? ByOrganization(issuer.Id, steward, Authority.Steward, statement.KeyId, directory, time)
            : NotValid;
    }

    private static Fault NotValid => new(FaultCode.KeyNotValid, "The key is not, or no longer, one that may sign for the issuer.");

    private static Fault Unknown => new(FaultCode.IssuerUnknown, "The issuer is not known, and the first event is not its inception.");

    private static FoundSigner Patient(Hash32 issuer, Hash32 keyId, ReadOnlyMemory<byte> sec1) =>
        new(new Signer(issuer, Authority.Patient, issuer, OrganizationRoles.None, IsMember: false, keyId), sec1);

    private static Result<FoundSigner> ByOrganization(Hash32 issuer, Hash32 acting, Authority authority, Hash32 keyId, DirectoryView directory, long time)
    {
        if (!directory.TryGet(acting, out OrganizationRow? organization) || !directory.TryGetKey(acting, keyId, out KeyRow? key) || !key.IsValidAt(time)) return NotValid;
        return new FoundSigner(new Signer(issuer, authority, acting, organization.Roles, organization.Member is not null, keyId), key.Sec1);
    }

    private static Result<FoundSigner> AtInception(Submission submission, Hash32 issuer, DirectoryView directory, long time)
    {
        ref readonly Event first = ref submission.Events.ItemRef(0);
        if (first.Type != EventType.IdentityIncept || InceptBody.IdOf(first.Body.Span) != issuer) return Unknown;
        if (!InceptBody.Decode(first.Body.Span).TryGet(out InceptBody? body, out _)) return Unknown;
        if (body.Steward is { } steward) return ByOrganization(issuer, steward.Id, Authority.Steward, submission.Statement.KeyId, directory, time);
        return body.Key!.KeyId == submission.Statement.KeyId ? Patient(issuer, body.Key.KeyId, body.Key.Sec1.ToArray()) : NotValid;
    }
}
