using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Rules.Tests.World;

/// <summary>An organization or a patient of the tests.</summary>
internal sealed class Party(LedgerDid did, SigningKey key, bool isPatient)
{
    public LedgerDid Did => did;

    public string Name { get; } = did.ToString();

    public Hash32 Id => did.Id;

    /// <summary>The key that signs now; of a stewarded patient, the steward's.</summary>
    public SigningKey Key { get; set; } = key;

    public bool IsPatient => isPatient;

    /// <summary>The last seq used.</summary>
    public long Seq { get; set; }
}
