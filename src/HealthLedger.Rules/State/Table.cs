namespace HealthLedger.Rules.State;

/// <summary>
/// The tables of a shard's state: the first byte of every key. What follows it in the key, with sizes in bytes, and the value:
/// <code>
/// Identity         did 32                                   IdentityRow
/// Key              did 32 | key id 32                       KeyRow (organizations' keys: in shard 0)
/// Sequence         did 32                                   u64 counter of the identity
/// Statement        statement id 32                          StatementRow
/// StatementExpiry  u64 notAfter | statement id 32           empty
/// StatementCount   -                                        u64 remembered statements
/// Segment          did 32 | segment 16                      SegmentRow
/// SegmentList      did 32 | segment 16                      u64 count | hash 32 for each bit set in it
/// SegmentKey       did 32 | segment 16 | key id 32          SegmentKeyRow
/// RecordEntry      did 32 | segment 16 | u64 position       RecordEntryRow
/// RecordPlace      record id 32                             did 32 | segment 16 | u64 position
/// RecordKey        issuer did 32 | record key 32            RecordKeyRow
/// Resource         did 32 | resource 16                     ResourceRow
/// ResourcePlace    resource 16                              did 32
/// Log              did 32 | u64 leaf index                  LogRow
/// GrantTerms       did 32 | grant 16                        GrantTermsRow: what was said, never changed
/// GrantLive        did 32 | grantee 32 | grant 16           GrantLiveRow: what decides, while it runs
/// GrantEnd         did 32 | grant 16                        GrantEndRow: how it ended
/// GrantLastEnd     did 32 | grantee 32                      u8 how the grantee's last one ended
/// Organization     did 32 | u64 height                      OrganizationRow, since that height of shard 0 (shard 0)
/// Configuration    u64 number                               ConfigurationRow: decided, in force or not yet (shard 0)
/// Proposal         configuration hash 32                    ProposalRow: has the approval of a member (shard 0)
/// Approval         did 32                                   configuration hash 32 | u64 leaf: the member's last word (shard 0)
/// Note             hash 32                                  did 32 | u64 leaf index (shard 0)
/// Head             u16 shard                                head of the last checkpoint (shard 0)
/// </code>
/// A did is its 32-byte id; integers are big-endian, so keys order as numbers do.
/// </summary>
internal enum Table : byte
{
    Identity = 0x01,
    Key = 0x02,
    Sequence = 0x03,
    Statement = 0x08,
    StatementExpiry = 0x09,
    StatementCount = 0x0a,
    Segment = 0x10,
    SegmentList = 0x11,
    SegmentKey = 0x12,
    RecordEntry = 0x20,
    RecordPlace = 0x21,
    RecordKey = 0x22,
    Resource = 0x23,
    ResourcePlace = 0x24,
    Log = 0x30,
    GrantTerms = 0x40,
    GrantLive = 0x41,
    GrantEnd = 0x42,
    GrantLastEnd = 0x43,
    Organization = 0x50,
    Configuration = 0x51,
    Note = 0x52,
    Head = 0x53,
    Proposal = 0x54,
    Approval = 0x55,
}
