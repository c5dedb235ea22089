using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Did;

/// <summary>
/// A decentralized identifier of a ledger: <c>did:healthledger:&lt;network&gt;:&lt;id&gt;</c> [DID Core §3.1], where the id is the lower-case base32
/// without padding [RFC 4648 §6] of the hash that certifies it (52 characters). One identifier has one text.
/// </summary>
/// <param name="Network">The network's name; see <see cref="NetworkName"/>.</param>
/// <param name="Id">What certifies the identifier: the hash of its inception.</param>
public readonly record struct LedgerDid(string Network, Hash32 Id)
{
    /// <summary>What every identifier starts with.</summary>
    public const string Prefix = "did:healthledger:";

    /// <summary>The longest text.</summary>
    public const int TextLengthMax = 17 + NetworkName.LengthMax + 1 + Base32.HashTextLength;

    /// <summary>Parses exactly what <see cref="ToString"/> gives; a path, query or fragment, upper case or padding is refused.</summary>
    public static Result<LedgerDid> Parse(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith(Prefix)) return new Fault(FaultCode.DidMalformed, $"The identifier does not start with \"{Prefix}\".");
        ReadOnlySpan<char> rest = text[Prefix.Length..];
        int colon = rest.IndexOf(':');
        if (colon < 0 || !NetworkName.IsValid(rest[..colon])) return new Fault(FaultCode.DidMalformed, "The identifier does not name a network.");
        if (!Base32.TryDecodeHash(rest[(colon + 1)..], out Hash32 id)) return new Fault(FaultCode.DidMalformed, "The identifier does not end in 52 characters of lower-case base32.");
        return new LedgerDid(rest[..colon].ToString(), id);
    }

    /// <summary>The one text of the identifier.</summary>
    public override string ToString() => $"{Prefix}{Network}:{Base32.Encode(Id)}";
}
