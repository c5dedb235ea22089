namespace HealthLedger.Protocol.Errors;

/// <summary>
/// Every way an operation can be refused. The number is the stable code (<c>HL-nnnn</c>) and is never reused. Ranges: 1 encoding
/// and format, 2 keys, signatures and proofs, 3 replication, 4 rules and authority, 5 storage and vault, 6 FHIR and HL7,
/// 7 gateway, authentication and limits, 8 client and command line. A code is one line here; <c>ERRORS.md</c> is the same table
/// as a page, and a test keeps the two equal.
/// </summary>
public enum FaultCode : ushort
{
    /// <summary>No fault.</summary>
    None = 0,

    // 1xxx: encoding and format
    [Refusal(400, "structure", 65, "The bytes are not well-formed CBOR.")] CborMalformed = 1001,
    [Refusal(400, "structure", 65, "The CBOR is not in its one canonical form.")] CborNotCanonical = 1002,
    [Refusal(400, "structure", 65, "The CBOR holds another type or shape than the format asks for.")] CborUnexpected = 1003,
    [Refusal(413, "too-long", 65, "The input is larger, longer or deeper than the format allows.")] FormatLimit = 1004,
    [Refusal(400, "value", 65, "A value lies outside the range the format allows.")] FormatValue = 1005,
    [Refusal(400, "structure", 65, "The text does not have the form the format asks for.")] TextMalformed = 1006,
    [Refusal(400, "value", 65, "The identifier is not a decentralized identifier of this ledger.")] DidMalformed = 1007,
    [Refusal(400, "not-supported", 65, "The version or algorithm is not one this software knows.")] Unsupported = 1008,

    // 2xxx: keys, signatures, proofs
    [Refusal(400, "security", 66, "The key is not a valid P-256 key.")] KeyInvalid = 2001,
    [Refusal(401, "security", 66, "The signature does not verify.")] SignatureInvalid = 2002,
    [Refusal(401, "security", 66, "The signature was made by a key that is not known here.")] SignerUnknown = 2003,
    [Refusal(400, "security", 66, "The sealed data cannot be opened with this key.")] SealBroken = 2004,
    [Refusal(400, "security", 66, "The proof does not lead to the root.")] ProofInvalid = 2005,
    [Refusal(400, "security", 66, "A share is missing, doubled, or not the one that was committed to.")] ShareInvalid = 2006,
    [Refusal(400, "security", 66, "The passphrase does not open the key file, or the file is damaged.")] KeyFileLocked = 2007,
    [Refusal(400, "structure", 66, "The key file is not a PKCS#8 file this software reads.")] KeyFileMalformed = 2008,

    // 3xxx: replication

    // 4xxx: rules and authority

    // 5xxx: storage and vault

    // 6xxx: FHIR and HL7

    // 7xxx: gateway, authentication, limits

    // 8xxx: client and command line
}
