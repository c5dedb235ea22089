using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Client.Keys;

/// <summary>Somebody who signs and to whom others seal: an organization, or a patient with a wallet.</summary>
/// <param name="Did">The identity.</param>
/// <param name="Signer">Signs its statements and queries.</param>
/// <param name="Sealing">Opens what is sealed to it.</param>
public sealed record Party(LedgerDid Did, ISigner Signer, SealingKey Sealing);

/// <summary>
/// Who acts in a patient's name: the patient's own wallet, or the steward until the claim. Statements have the patient as issuer and the
/// holder's signature; queries are asked as the holder.
/// </summary>
/// <param name="Patient">The patient's identity.</param>
/// <param name="Holder">The patient's own party, or the steward's.</param>
public sealed record PatientAuthority(LedgerDid Patient, Party Holder)
{
    /// <summary>True when a steward acts.</summary>
    public bool IsSteward => Holder.Did != Patient;
}
