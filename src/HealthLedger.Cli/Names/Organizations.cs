using HealthLedger.Client.Network;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Cli.Names;

/// <summary>The network's organizations by what people call them.</summary>
internal static class Organizations
{
    /// <summary>An organization by did, by name, or by the beginning of its name where only one begins so.</summary>
    public static Result<LedgerDid> Find(LedgerNetwork network, string text)
    {
        if (text.StartsWith(LedgerDid.Prefix, StringComparison.Ordinal))
        {
            if (!LedgerDid.Parse(text).TryGet(out LedgerDid did, out Fault fault)) return fault;
            return network.Organizations.ContainsKey(did) ? did : new Fault(FaultCode.GranteeUnknown, "The genesis lists no organization of this did.");
        }
        LedgerDid[] exact = [.. network.Organizations.Where(pair => pair.Value.Name.Equals(text, StringComparison.OrdinalIgnoreCase)).Select(pair => pair.Key)];
        LedgerDid[] found = exact.Length > 0 ? exact : [.. network.Organizations.Where(pair => pair.Value.Name.StartsWith(text, StringComparison.OrdinalIgnoreCase)).Select(pair => pair.Key)];
        return found switch
        {
            [var only] => only,
            [] => new Fault(FaultCode.GranteeUnknown, $"The network has no organization \"{text}\"."),
            _ => new Fault(FaultCode.GranteeUnknown, $"{found.Length} organizations are called \"{text}\"; write the did."),
        };
    }

    /// <summary>The name of an identity: an organization's, or the did.</summary>
    public static string NameOf(LedgerNetwork network, LedgerDid did) => network.Organizations.TryGetValue(did, out Organization? organization) ? organization.Name : did.ToString();

    /// <summary>The name of an identity written as text.</summary>
    public static string NameOf(LedgerNetwork network, string did) => LedgerDid.Parse(did).TryGet(out LedgerDid parsed, out _) ? NameOf(network, parsed) : did;
}
