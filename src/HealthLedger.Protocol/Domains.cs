namespace HealthLedger.Protocol;

/// <summary>
/// The domain strings of FORMATS.md section 0, each with the zero byte that ends it: what a hash or signature starts with, so that
/// bytes made for one purpose never pass for another.
/// </summary>
public static class Domains
{
    /// <summary>The identity of a patient or organization, over its inception.</summary>
    public static ReadOnlySpan<byte> Did => "healthledger/did/v1\0"u8;

    /// <summary>A statement's identity.</summary>
    public static ReadOnlySpan<byte> StatementId => "healthledger/statement-id/v1\0"u8;

    /// <summary>A block header.</summary>
    public static ReadOnlySpan<byte> Header => "healthledger/header/v1\0"u8;

    /// <summary>The changes of a block.</summary>
    public static ReadOnlySpan<byte> Changes => "healthledger/changes/v1\0"u8;

    /// <summary>The chain of state digests.</summary>
    public static ReadOnlySpan<byte> State => "healthledger/state/v1\0"u8;

    /// <summary>The root of a flush's votes (signature).</summary>
    public static ReadOnlySpan<byte> Votes => "healthledger/votes/v1\0"u8;

    /// <summary>A promise (signature).</summary>
    public static ReadOnlySpan<byte> Promise => "healthledger/promise/v1\0"u8;

    /// <summary>A nack (signature).</summary>
    public static ReadOnlySpan<byte> Nack => "healthledger/nack/v1\0"u8;

    /// <summary>A complaint (signature).</summary>
    public static ReadOnlySpan<byte> Complaint => "healthledger/complaint/v1\0"u8;

    /// <summary>A hand-over (signature).</summary>
    public static ReadOnlySpan<byte> HandOver => "healthledger/hand-over/v1\0"u8;

    /// <summary>A status (signature).</summary>
    public static ReadOnlySpan<byte> Status => "healthledger/status/v1\0"u8;

    /// <summary>The genesis (hash and signatures).</summary>
    public static ReadOnlySpan<byte> Genesis => "healthledger/genesis/v1\0"u8;

    /// <summary>A configuration after the genesis (hash).</summary>
    public static ReadOnlySpan<byte> Configuration => "healthledger/configuration/v1\0"u8;

    /// <summary>A member's certification of its validator, transport and sealing keys (signature).</summary>
    public static ReadOnlySpan<byte> MemberKeys => "healthledger/member-keys/v1\0"u8;

    /// <summary>The name of a vault object.</summary>
    public static ReadOnlySpan<byte> Object => "healthledger/object/v1\0"u8;

    /// <summary>The commitment to a record key.</summary>
    public static ReadOnlySpan<byte> Key => "healthledger/key/v1\0"u8;

    /// <summary>The nonce under which a record's keys are wrapped.</summary>
    public static ReadOnlySpan<byte> WrappingNonce => "healthledger/wrapping-nonce/v1\0"u8;

    /// <summary>The commitment to a natural person in an access.</summary>
    public static ReadOnlySpan<byte> Person => "healthledger/person/v1\0"u8;

    /// <summary>A record's key in its source (HMAC under the organization's index key).</summary>
    public static ReadOnlySpan<byte> RecordKey => "healthledger/record-key/v1\0"u8;

    /// <summary>A record's content (HMAC under the organization's index key).</summary>
    public static ReadOnlySpan<byte> ContentKey => "healthledger/content-key/v1\0"u8;

    /// <summary>The resource that versions of a record share (HMAC under the organization's index key).</summary>
    public static ReadOnlySpan<byte> ResourceId => "healthledger/resource-id/v1\0"u8;

    /// <summary>A stewarded patient's inception salt (HMAC under the organization's index key).</summary>
    public static ReadOnlySpan<byte> PatientSalt => "healthledger/patient-salt/v1\0"u8;

    /// <summary>A new key signs for itself (signature).</summary>
    public static ReadOnlySpan<byte> ProofOfPossession => "healthledger/proof-of-possession/v1\0"u8;

    /// <summary>The commitment to a Shamir share.</summary>
    public static ReadOnlySpan<byte> Share => "healthledger/share/v1\0"u8;
}
