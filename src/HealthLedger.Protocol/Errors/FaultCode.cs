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
    [Refusal(400, "security", 66, "The proof rests on a configuration that is not proved by what is at hand.")] ConfigurationUnknown = 2009,

    // 3xxx: replication
    [Refusal(409, "conflict", 76, "The other member is of another network.")] LinkNetworkOther = 3010,
    [Refusal(409, "not-supported", 76, "The two members speak no common version of the link protocol.")] LinkVersionNone = 3011,

    // 4xxx: rules and authority
    // 400x: what stops a statement at the door and makes a block that holds it invalid
    [Refusal(400, "value", 65, "The statement is for another network or shard.")] PlaceWrong = 4001,
    [Refusal(400, "value", 65, "The statement's times do not fit: it ends before it begins, or more than a day after.")] StatementTimes = 4002,
    [Refusal(409, "transient", 75, "The statement was issued after the block's time.")] StatementEarly = 4003,
    [Refusal(409, "expired", 65, "The statement has expired.")] StatementExpired = 4004,
    [Refusal(409, "duplicate", 65, "The statement is in the ledger already; its first receipt counts.")] StatementRemembered = 4005,
    [Refusal(503, "throttled", 75, "The shard remembers as many statements as it can; try again later.")] StatementMemoryFull = 4006,
    [Refusal(409, "conflict", 65, "The statement's seq is not the issuer's counter plus one.")] SequenceWrong = 4007,
    [Refusal(400, "value", 65, "Under a patient's identity a statement has a seq and speaks of that patient alone; under another it has none.")] SequenceUnfit = 4008,
    [Refusal(403, "security", 77, "The issuer is not known.")] IssuerUnknown = 4009,
    [Refusal(403, "security", 77, "The key is not, or no longer, one that may sign for the issuer.")] KeyNotValid = 4010,

    // 402x: what makes a block invalid as a whole
    [Refusal(409, "conflict", 65, "The block does not follow its parent.")] BlockMisplaced = 4020,
    [Refusal(409, "conflict", 65, "The block's time is before its parent's.")] BlockTimeBack = 4021,
    [Refusal(409, "conflict", 65, "The block's directory height goes back, or is not that of its parent in shard 0.")] DirectoryHeightWrong = 4022,
    [Refusal(409, "conflict", 65, "The block's tree, body or state is not what the rules make of it.")] BlockResultWrong = 4023,
    [Refusal(409, "conflict", 65, "The checkpoint does not go forward from the one before.")] CheckpointWrong = 4024,
    [Refusal(501, "not-supported", 70, "The rules' version is not one this software knows.")] RulesUnknown = 4025,
    [Refusal(409, "conflict", 65, "The item has no place in a block.")] ItemMisplaced = 4026,
    [Refusal(409, "conflict", 65, "The block is not of the configuration that its parent leads to.")] ConfigurationWrong = 4027,
    [Refusal(409, "conflict", 65, "The stop sign names no height at which the next configuration was decided.")] StopUnfit = 4028,

    // 403x: what any event may be refused for
    [Refusal(400, "structure", 65, "The event's body is not what its type asks for.")] BodyMalformed = 4030,
    [Refusal(400, "not-supported", 65, "The event's type is not known to the rules.")] EventTypeUnknown = 4031,
    [Refusal(409, "conflict", 65, "Another event of the same atomic statement was refused.")] AtomicRefused = 4032,
    [Refusal(404, "not-found", 65, "The ledger knows no identity of this subject.")] SubjectUnknown = 4033,
    [Refusal(403, "forbidden", 77, "Only the subject itself may do this.")] SubjectOnly = 4034,
    [Refusal(403, "forbidden", 77, "A steward may not do this in the patient's name.")] StewardMayNot = 4035,
    [Refusal(403, "forbidden", 77, "The organization has not been attested the role that this needs.")] RoleMissing = 4036,
    [Refusal(403, "forbidden", 77, "Only a member of the network may do this.")] MemberOnly = 4037,

    // 404x: identities
    [Refusal(400, "value", 65, "The subject is not the hash of its inception.")] InceptionMismatch = 4040,
    [Refusal(409, "conflict", 65, "The key is not the identity's current one.")] KeyNotCurrent = 4041,
    [Refusal(400, "value", 65, "A key ends at once, or within a day after the block.")] KeyEndUnfit = 4042,
    [Refusal(409, "conflict", 65, "The new key has been used by this identity before.")] KeyReused = 4043,
    [Refusal(400, "security", 66, "The new key has not signed for this identity.")] PossessionUnproven = 4044,
    [Refusal(409, "conflict", 65, "Too many earlier keys are still running out.")] KeysTooMany = 4045,
    [Refusal(409, "conflict", 65, "The identity has no steward to take over from.")] NoSteward = 4046,
    [Refusal(404, "not-found", 65, "The steward is not a provider that the directory knows.")] StewardUnknown = 4047,

    // 405x: segments
    [Refusal(409, "duplicate", 65, "The subject has a segment of this id already.")] SegmentExists = 4050,
    [Refusal(404, "not-found", 65, "The subject has no segment of this id.")] SegmentUnknown = 4051,
    [Refusal(403, "forbidden", 77, "Only the segment's owner may do this.")] SegmentNotOwned = 4052,
    [Refusal(409, "conflict", 65, "The segment has had this key before.")] SegmentKeyReused = 4053,
    [Refusal(409, "too-costly", 65, "The owner has as many segments of this subject as are allowed.")] SegmentsTooMany = 4054,
    [Refusal(409, "conflict", 65, "The record is sealed to a key that is not the segment's newest; seal its batch key again.")] SegmentKeyStale = 4055,

    // 406x: records
    [Refusal(403, "forbidden", 77, "The issuer may not add records to this segment.")] DepositNotAllowed = 4060,
    [Refusal(409, "conflict", 65, "A record of the same key has another content.")] RecordConflict = 4061,
    [Refusal(409, "conflict", 65, "The resource has a record already; amend it.")] ResourceExists = 4062,
    [Refusal(404, "not-found", 65, "The subject has no record of this id.")] RecordUnknown = 4063,
    [Refusal(403, "forbidden", 77, "Only the record's author may do this.")] AuthorOnly = 4064,
    [Refusal(409, "conflict", 65, "A newer version of the record exists.")] RecordNotNewest = 4065,
    [Refusal(409, "conflict", 65, "The record was retracted.")] RecordRetracted = 4066,
    [Refusal(400, "value", 65, "The amendment is of another resource.")] ResourceDiffers = 4067,

    // 407x: grants
    [Refusal(409, "duplicate", 65, "The subject has had a grant of this id already.")] GrantExists = 4070,
    [Refusal(404, "not-found", 65, "The subject has no grant of this id.")] GrantUnknown = 4071,
    [Refusal(404, "not-found", 65, "The grantee is not an organization that the directory knows.")] GranteeUnknown = 4072,
    [Refusal(409, "conflict", 65, "A grant to oneself, or by a steward to itself, gives nothing.")] GranteeIsGrantor = 4073,
    [Refusal(409, "expired", 65, "The grant would have ended already.")] GrantAlreadyOver = 4074,
    [Refusal(400, "value", 65, "A steward's grant is marked as such and is for treatment only; a patient's is not marked.")] StewardGrantUnfit = 4075,
    [Refusal(409, "too-costly", 65, "The grantee has as many running grants of this subject as are allowed.")] GrantsTooMany = 4076,
    [Refusal(409, "conflict", 65, "The grant has not ended yet.")] GrantStillRuns = 4077,

    // 408x: why an access is denied
    [Refusal(403, "forbidden", 77, "Nothing has been granted to the organization.")] NoGrant = 4080,
    [Refusal(403, "forbidden", 77, "The grant is not for this segment.")] SegmentNotGranted = 4081,
    [Refusal(403, "forbidden", 77, "The grant is not to read.")] ReadNotGranted = 4082,
    [Refusal(403, "forbidden", 77, "The purpose of use is not one that was granted.")] PurposeNotGranted = 4083,
    [Refusal(403, "forbidden", 77, "The grant is to another person.")] PersonNotGranted = 4084,
    [Refusal(403, "forbidden", 77, "The grant has not begun.")] GrantNotYet = 4085,
    [Refusal(403, "expired", 77, "The grant has ended.")] GrantEnded = 4086,
    [Refusal(403, "expired", 77, "The grant has been used as often as it allows.")] GrantUsedUp = 4087,
    [Refusal(403, "forbidden", 77, "The grant has been revoked.")] GrantRevoked = 4088,
    [Refusal(403, "forbidden", 77, "The grant does not open this record.")] RecordNotGranted = 4089,
    [Refusal(403, "forbidden", 77, "The grant opens single records, which the access must name.")] RecordsNotNamed = 4090,
    [Refusal(403, "forbidden", 77, "One's own segments are open for treatment, coordination, payment, operations and the patient's request only.")] OwnPurposeUnfit = 4091,
    [Refusal(403, "forbidden", 77, "A patient reads the own record at the own request (PATRQT) only.")] PatientPurposeUnfit = 4092,

    // 410x: on whose authority an access is permitted
    [Refusal(200, "informational", 0, "Permitted: the patient reads the own record.")] PermittedSelf = 4100,
    [Refusal(200, "informational", 0, "Permitted: the organization reads segments of its own.")] PermittedOwner = 4101,
    [Refusal(200, "informational", 0, "Permitted: the organization is the patient's steward.")] PermittedSteward = 4102,
    [Refusal(200, "informational", 0, "Permitted: by the grant that the entry names.")] PermittedGrant = 4103,

    // 411x: why a holder releases nothing for a permit
    [Refusal(403, "forbidden", 77, "The own replica has no such committed permit.")] PermitMissing = 4110,
    [Refusal(403, "security", 77, "The one who asks is not the one who was permitted.")] RequesterDiffers = 4111,
    [Refusal(403, "expired", 77, "The permit is older than thirty seconds; ask for access again.")] PermitStale = 4112,
    [Refusal(403, "forbidden", 77, "The grant was revoked or ended after the permit.")] PermitGrantOver = 4113,
    [Refusal(502, "incomplete", 74, "The answer is not the list of records that the permit opens.")] RecordListWrong = 4114,

    // 412x: how members change
    [Refusal(403, "forbidden", 77, "Only a member's identity key may propose and approve who shall be members.")] IdentityKeyOnly = 4120,
    [Refusal(409, "conflict", 65, "The configuration's number is not the one after the current.")] ConfigurationNumberWrong = 4121,
    [Refusal(409, "conflict", 65, "The configuration does not follow the current one, or is another network's.")] ConfigurationPreviousWrong = 4122,
    [Refusal(409, "conflict", 65, "Another configuration of this number has been decided.")] ConfigurationDecided = 4123,
    [Refusal(404, "not-found", 65, "No configuration of this hash is proposed, or no longer.")] ProposalUnknown = 4124,
    [Refusal(400, "value", 65, "The members' keys are not certified for this network, or two members or organizations have the same.")] MemberKeysUnfit = 4125,
    [Refusal(409, "value", 65, "A configuration keeps the version of the rules, or takes the one after it.")] RulesVersionUnfit = 4126,
    [Refusal(409, "conflict", 65, "An organization that is withdrawn is a member, or not one that the directory knows.")] WithdrawalUnfit = 4127,

    // 5xxx: storage and vault
    [Refusal(503, "lock-error", 73, "Another process holds the store's folder.")] StoreLocked = 5001,
    [Refusal(503, "exception", 74, "The system refuses to read or write the store's folder.")] StoreUnusable = 5002,
    [Refusal(409, "not-found", 65, "A vault object that the statement names was not handed over and is not here.")] ObjectMissing = 5003,
    [Refusal(500, "exception", 74, "A backup is unfinished, damaged, or in the way.")] BackupUnusable = 5004,
    [Refusal(500, "not-supported", 78, "The database of snapshots is of newer software.")] DatabaseNewer = 5010,
    [Refusal(500, "not-supported", 78, "The database of snapshots lacks migrations that the node may not run itself.")] DatabaseOlder = 5011,

    // 6xxx: FHIR and HL7
    [Refusal(400, "structure", 65, "The body is not strict JSON with a FHIR resource in it.")] FhirMalformed = 6001,
    [Refusal(422, "invalid", 65, "The resource is not what FHIR R4 asks of its type.")] FhirInvalid = 6002,
    [Refusal(400, "not-supported", 64, "The search asks for something that is not supported here.")] SearchUnfit = 6003,
    [Refusal(422, "not-found", 65, "A reference leads nowhere.")] ReferenceUnresolved = 6004,
    [Refusal(422, "business-rule", 65, "It is not clear to whose record the resource belongs.")] PatientUnclear = 6005,
    [Refusal(412, "conflict", 65, "The resource has another version than the one that was to be changed.")] VersionDiffers = 6006,
    [Refusal(412, "multiple-matches", 65, "The condition finds several resources.")] ConditionAmbiguous = 6007,
    [Refusal(410, "deleted", 65, "The resource was marked as entered in error by its author.")] ResourceGone = 6008,
    [Refusal(405, "not-supported", 64, "The interaction is not one of this resource or address.")] InteractionUnknown = 6009,
    [Refusal(422, "processing", 65, "An entry of the transaction is refused, so nothing of it was carried out.")] TransactionRefused = 6010,
    [Refusal(400, "invalid", 64, "The request's address or headers ask for something that makes no sense together.")] RequestUnfit = 6011,

    // 7xxx: gateway, authentication, limits
    [Refusal(503, "throttled", 75, "The node has as much as it can hold; try again in a moment.")] Busy = 7001,
    [Refusal(504, "timeout", 75, "The answer did not come in time; whether the statement was taken must be asked.")] TimedOut = 7002,
    [Refusal(503, "transient", 75, "The node or shard does not answer at the moment; try again later.")] Unavailable = 7003,
    [Refusal(401, "security", 77, "The query is too old, from the future, or was asked before.")] QueryStale = 7004,
    [Refusal(404, "not-found", 66, "There is nothing under this name, or the asker may not know of it.")] NotFound = 7005,
    [Refusal(500, "exception", 70, "The node met a defect; its log has the details.")] Defect = 7006,
    [Refusal(401, "login", 77, "A bearer token is needed.")] TokenMissing = 7010,
    [Refusal(401, "expired", 77, "The bearer token is not valid, or no longer.")] TokenInvalid = 7011,
    [Refusal(403, "forbidden", 77, "The token's scopes do not permit this.")] ScopeMissing = 7012,
    [Refusal(403, "forbidden", 77, "This gateway does not act for the organization.")] OrganizationElsewhere = 7013,
    [Refusal(415, "not-supported", 65, "The body's content type is not one that is read here.")] MediaTypeUnknown = 7014,
    [Refusal(406, "not-supported", 65, "None of the formats that were asked for can be given.")] NotAcceptable = 7015,
    [Refusal(408, "timeout", 75, "The body did not come in time.")] BodyTooSlow = 7016,
    [Refusal(410, "expired", 65, "The link to the next page is not valid, or no longer; search again.")] PageLinkOver = 7017,
    [Refusal(503, "exception", 69, "The address is in use, or may not be listened on.")] AddressTaken = 7018,
    [Refusal(500, "exception", 78, "A file that registers a client cannot be used.")] ClientFileUnfit = 7019,
    [Refusal(500, "value", 78, "A setting has a value that is not legal.")] SettingUnfit = 7030,

    // 8xxx: client and command line
    [Refusal(502, "incomplete", 69, "The node cannot be reached, or its answer is not one of this protocol.")] ConnectionFailed = 8001,
    [Refusal(403, "forbidden", 77, "The permit opens what no key at hand can decrypt.")] KeyMissing = 8003,
    [Refusal(400, "not-found", 66, "The patient has no segment for this label that the depositor knows.")] LabelUnknown = 8005,
    [Refusal(413, "too-long", 65, "A record is too large for one submission.")] RecordTooLarge = 8006,
    [Refusal(500, "security", 78, "The key folder can be read by others, or cannot be written safely.")] KeyFolderUnsafe = 8007,
    [Refusal(400, "not-found", 66, "The key folder lacks a key that is needed.")] KeyFolderIncomplete = 8008,
    [Refusal(409, "conflict", 75, "The patient's counter moved on by somebody else's statements, again and again.")] CounterRace = 8009,
    [Refusal(409, "incomplete", 75, "The statement expired before it was known to be committed.")] SubmissionExpired = 8010,
    [Refusal(400, "structure", 65, "The export or its index is damaged.")] ExportDamaged = 8011,
    [Refusal(400, "invalid", 64, "The command line asks for something that makes no sense together.")] UsageWrong = 8012,
    [Refusal(400, "not-found", 66, "A file or folder is not there, or cannot be read or written.")] FileUnusable = 8013,
    [Refusal(400, "not-found", 66, "There is no wallet, patient or organization of this name here.")] NameUnknown = 8014,
    [Refusal(500, "incomplete", 65, "Some of the files or resources could not be taken; the report says which and why.")] ImportIncomplete = 8015,
    [Refusal(500, "incomplete", 70, "A measurement could not be made.")] BenchFailed = 8016,
}
