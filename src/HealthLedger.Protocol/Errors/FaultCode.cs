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
    [Refusal(503, "throttled", 75, "The node has as much as it can hold; try again in a moment.")] Busy = 7001,
    [Refusal(504, "timeout", 75, "The answer did not come in time; whether the statement was taken must be asked.")] TimedOut = 7002,
    [Refusal(503, "transient", 75, "The node or shard does not answer at the moment; try again later.")] Unavailable = 7003,
    [Refusal(401, "security", 77, "The query is too old, from the future, or was asked before.")] QueryStale = 7004,
    [Refusal(404, "not-found", 66, "There is nothing under this name, or the asker may not know of it.")] NotFound = 7005,

    // 8xxx: client and command line
    [Refusal(502, "incomplete", 69, "The node cannot be reached, or its answer is not one of this protocol.")] ConnectionFailed = 8001,
    [Refusal(502, "incomplete", 76, "The node left out or changed what a permit opens.")] ReleaseIncomplete = 8002,
    [Refusal(403, "forbidden", 77, "The permit opens what no key at hand can decrypt.")] KeyMissing = 8003,
    [Refusal(403, "forbidden", 77, "The access was denied by the rules.")] AccessDenied = 8004,
    [Refusal(400, "not-found", 66, "The patient has no segment for this label that the depositor knows.")] SegmentUnknown = 8005,
    [Refusal(413, "too-long", 65, "A record is too large for one submission.")] RecordTooLarge = 8006,
    [Refusal(500, "security", 78, "The key folder can be read by others, or cannot be written safely.")] KeyFolderUnsafe = 8007,
    [Refusal(400, "not-found", 66, "The key folder lacks a key that is needed.")] KeyFolderIncomplete = 8008,
    [Refusal(409, "conflict", 75, "The patient's counter moved on by somebody else's statements, again and again.")] CounterRace = 8009,
    [Refusal(409, "incomplete", 75, "The statement expired before it was known to be committed.")] SubmissionExpired = 8010,
    [Refusal(400, "structure", 65, "The export or its index is damaged.")] ExportDamaged = 8011,
}
