using HealthLedger.Actors.Network;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Node.Members;

/// <summary>The private keys of a member's running node. The identity key is not among them.</summary>
/// <param name="Validator">Votes.</param>
/// <param name="Transport">Is the member to the others.</param>
/// <param name="Signing">Signs what the organization's node writes by itself.</param>
internal sealed record MemberKeys(SigningKey Validator, SigningKey Transport, SigningKey Signing)
{
    /// <summary>Reads them.</summary>
    public static Result<MemberKeys> Read(PartyFolder folder)
    {
        if (!folder.ReadValidator().TryGet(out SigningKey? validator, out Fault fault)) return fault;
        if (!folder.ReadTransport().TryGet(out SigningKey? transport, out fault)) return fault;
        return folder.ReadSigning().TryGet(out SigningKey? signing, out fault) ? new MemberKeys(validator, transport, signing) : fault;
    }

    /// <summary>Says nothing of them.</summary>
    public override string ToString() => nameof(MemberKeys);
}
