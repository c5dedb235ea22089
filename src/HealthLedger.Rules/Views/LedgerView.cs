using System.Buffers.Binary;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.State;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Views;

/// <summary>
/// What actors and doors ask of a shard's state: every question is a key or a prefix, never a scan of a table. A did is its 32-byte id
/// (<c>LedgerDid.Id</c>). Safe for as many threads as the rows are.
/// </summary>
/// <param name="rows">The shard's rows as of one height.</param>
public sealed class LedgerView(IRowReader rows)
{
    /// <summary>The identity of a subject; null for none. One row.</summary>
    public IdentityRow? Identity(Hash32 did) => Get(RowKey.Of(Table.Identity, did)) is { } value ? IdentityRow.Decode(value.Span) : null;

    /// <summary>The counter of an identity: the next statement's seq is one more. 0 before the first. One row.</summary>
    public long Seq(Hash32 did) => Get(RowKey.Of(Table.Sequence, did)) is { } value ? BinaryPrimitives.ReadInt64BigEndian(value.Span) : 0;

    /// <summary>A key of a patient, current or ended, by its id; null for none. One row. Organizations' keys are in the directory.</summary>
    public KeyRow? Key(Hash32 did, Hash32 keyId) => Get(RowKey.Of(Table.Key, did).Add(keyId)) is { } value ? KeyRow.Decode(value.Span) : null;

    /// <summary>All keys that a patient has had, by key id. One row a key.</summary>
    public IEnumerable<(Hash32 KeyId, KeyRow Key)> Keys(Hash32 did) =>
        Scan(RowKey.Of(Table.Key, did)).Select(row => (new Hash32(row.Key.Span[33..]), KeyRow.Decode(row.Value.Span)));

    /// <summary>The segments of a subject, ascending by id. Three rows a segment.</summary>
    public IEnumerable<SegmentView> Segments(Hash32 did) =>
        Scan(RowKey.Of(Table.Segment, did)).Select(row => ViewOf(did, new Id16(row.Key.Span[33..]), SegmentRow.Decode(row.Value.Span)));

    /// <summary>One segment; null for none. Three rows.</summary>
    public SegmentView? Segment(Hash32 did, Id16 segment) =>
        Get(RowKey.Of(Table.Segment, did).Add(segment)) is { } value ? ViewOf(did, segment, SegmentRow.Decode(value.Span)) : null;

    /// <summary>The keys that a segment has had, oldest first. One row a key.</summary>
    public IReadOnlyList<(Hash32 KeyId, SegmentKeyRow Key)> SegmentKeys(Hash32 did, Id16 segment) =>
        [.. Scan(RowKey.Of(Table.SegmentKey, did).Add(segment)).Select(row => (new Hash32(row.Key.Span[49..]), SegmentKeyRow.Decode(row.Value.Span))).OrderBy(key => key.Item2.Number)];

    /// <summary>The record events of a segment in ledger order, from a position on. One row an event.</summary>
    /// <param name="did">The subject.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="from">The first position, from 0.</param>
    public IEnumerable<RecordEntryRow> RecordsOf(Hash32 did, Id16 segment, long from = 0)
    {
        RowKey prefix = RowKey.Of(Table.RecordEntry, did).Add(segment);
        ReadOnlyMemory<byte> after = from > 0 ? prefix.Add(from - 1).ToArray() : default;
        return rows.Scan(RowKey.Of(Table.RecordEntry, did).Add(segment).ToArray(), after).Select(row => RecordEntryRow.Decode(row.Value.Span));
    }

    /// <summary>A record by its id, with where it stands; null for none. Two rows.</summary>
    public RecordView? Record(Hash32 record)
    {
        if (Get(RowKey.Of(Table.RecordPlace, record)) is not { } value) return null;
        RecordPlaceRow place = RecordPlaceRow.Decode(value.Span);
        return Get(RowKey.Of(Table.RecordEntry, place.Subject).Add(place.Segment).Add(place.Position)) is { } entry ? new RecordView(place, RecordEntryRow.Decode(entry.Span)) : null;
    }

    /// <summary>What came under an issuer's record key, so that a door can ask before it submits; null for nothing. One row.</summary>
    public RecordKeyRow? RecordByKey(Hash32 issuer, Hash32 recordKey) =>
        Get(RowKey.Of(Table.RecordKey, issuer).Add(recordKey)) is { } value ? RecordKeyRow.Decode(value.Span) : null;

    /// <summary>A resource's author, newest version and whether it was retracted; null for none. One row.</summary>
    public ResourceRow? Resource(Hash32 did, Id16 resource) => Get(RowKey.Of(Table.Resource, did).Add(resource)) is { } value ? ResourceRow.Decode(value.Span) : null;

    /// <summary>Whose resource that is; null where this shard has none of that id. One row.</summary>
    public Hash32? SubjectOf(Id16 resource) => Get(RowKey.Of(Table.ResourcePlace).Add(resource)) is { } value ? new Hash32(value.Span) : null;

    /// <summary>The versions of a resource, newest first. Two rows a version.</summary>
    public IEnumerable<RecordView> RecordVersions(Hash32 did, Id16 resource)
    {
        Hash32? next = Resource(did, resource)?.Newest;
        while (next is { } id && Record(id) is { } version)
        {
            yield return version;
            next = version.Entry.Amends;
        }
    }

    /// <summary>All grants that a subject has made, ended ones too, by grant id. Two or three rows a grant.</summary>
    public IEnumerable<GrantView> Grants(Hash32 did) =>
        Scan(RowKey.Of(Table.GrantTerms, did)).Select(row => ViewOf(did, new Id16(row.Key.Span[33..]), row.Value));

    /// <summary>The running grants of a subject to an organization, by grant id; at most 64. Three rows a grant.</summary>
    public IEnumerable<GrantView> GrantsTo(Hash32 did, Hash32 organization) =>
        Scan(RowKey.Of(Table.GrantLive, did).Add(organization)).Select(row => Grant(did, new Id16(row.Key.Span[65..]))!);

    /// <summary>Every running grant of the shard with the moment at which its time is over, or 0 when its uses are used up. One row a grant.</summary>
    public IEnumerable<(Hash32 Did, Id16 Grant, long Ends)> RunningGrants()
    {
        foreach (Row row in Scan(RowKey.Of(Table.GrantLive)))
        {
            GrantLiveRow live = new(row.Value);
            yield return (new Hash32(row.Key.Span[1..33]), new Id16(row.Key.Span[65..]), live.UsesLeft == 0 ? 0 : live.Until);
        }
    }

    /// <summary>One grant; null for none. Two or three rows.</summary>
    public GrantView? Grant(Hash32 did, Id16 grant) => Get(RowKey.Of(Table.GrantTerms, did).Add(grant)) is { } value ? ViewOf(did, grant, value) : null;

    /// <summary>The log of a subject in ledger order: who did, tried, granted, added what. One row a line.</summary>
    /// <param name="did">The subject.</param>
    /// <param name="after">Lines after this leaf index; -1 for all.</param>
    /// <param name="limit">At most so many.</param>
    public IEnumerable<(long Leaf, LogRow Line)> AccessLog(Hash32 did, long after = -1, int limit = int.MaxValue)
    {
        ReadOnlyMemory<byte> start = after >= 0 ? RowKey.Of(Table.Log, did).Add(after).ToArray() : default;
        return rows.Scan(RowKey.Of(Table.Log, did).ToArray(), start).Take(limit)
            .Select(row => (BinaryPrimitives.ReadInt64BigEndian(row.Key.Span[33..]), LogRow.Decode(row.Value.Span)));
    }

    /// <summary>One line of a subject's log; null where that leaf is none. One row.</summary>
    public LogRow? LogLine(Hash32 did, long leaf) => Get(RowKey.Of(Table.Log, did).Add(leaf)) is { } value ? LogRow.Decode(value.Span) : null;

    /// <summary>A statement that has not expired, with where it stands; null for none. One row.</summary>
    public StatementRow? StatementById(Hash32 id) => Get(RowKey.Of(Table.Statement, id)) is { } value ? StatementRow.Decode(value.Span) : null;

    /// <summary>An organization as it is now, withdrawn or not; null for none. In shard 0. One row for each time that it changed.</summary>
    public OrganizationRow? Organization(Hash32 did) => Scan(RowKey.Of(Table.Organization, did)).LastOrDefault() is { Value.IsEmpty: false } row ? OrganizationRow.Decode(row.Value.Span) : null;

    /// <summary>A key that signs for an organization now; null for none. In shard 0. Two rows. <see cref="Key"/> finds those that once did, too.</summary>
    public KeyRow? SigningKey(Hash32 did, Hash32 keyId) => Organization(did) is { } organization && organization.SigningKeys.Contains(keyId) ? Key(did, keyId) : null;

    /// <summary>All organizations as they are now, withdrawn or not, by id. In shard 0. One row for each time that one changed.</summary>
    public IEnumerable<(Hash32 Did, OrganizationRow Organization)> Organizations()
    {
        Row? last = null;
        foreach (Row row in Scan(RowKey.Of(Table.Organization)))
        {
            if (last is { } before && !before.Key.Span[1..33].SequenceEqual(row.Key.Span[1..33])) yield return Decode(before);
            last = row;
        }
        if (last is { } newest) yield return Decode(newest);

        static (Hash32, OrganizationRow) Decode(Row row) => (new Hash32(row.Key.Span[1..33]), OrganizationRow.Decode(row.Value.Span));
    }

    /// <summary>A configuration that was decided; null for none. In shard 0. One row.</summary>
    public ConfigurationRow? Configuration(int number) => Get(RowKey.Of(Table.Configuration).Add((long)number)) is { } value ? ConfigurationRow.Decode(value.Span) : null;

    /// <summary>What is proposed for the next configuration, by hash, with those who approve it, by did. In shard 0. One row each and one for each member.</summary>
    /// <param name="members">The members of the configuration in force (<see cref="ConfigurationRow.Members"/>).</param>
    public IEnumerable<(Hash32 Configuration, ProposalRow Proposal, IReadOnlyList<Hash32> Approved)> Proposals(IReadOnlyList<Hash32> members)
    {
        List<(Hash32 Member, ApprovalRow Approval)> approvals = [];
        foreach (Hash32 member in members)
            if (Get(RowKey.Of(Table.Approval, member)) is { } value) approvals.Add((member, ApprovalRow.Decode(value.Span)));
        foreach (Row row in Scan(RowKey.Of(Table.Proposal)))
        {
            Hash32 hash = new(row.Key.Span[1..]);
            yield return (hash, ProposalRow.Decode(row.Value.Span), [.. approvals.Where(each => each.Approval.Configuration == hash).Select(each => each.Member)]);
        }
    }

    /// <summary>A shard's head in the last checkpoint; null before the first. In shard 0. One row.</summary>
    public Protocol.Blocks.ShardHead? Head(int shard) => Get(RowKey.Of(Table.Head).Add((ushort)shard)) is { } value ? HeadRow.Decode(shard, value.Span) : null;

    private SegmentView ViewOf(Hash32 did, Id16 segment, SegmentRow row)
    {
        SegmentKeyRow key = SegmentKeyRow.Decode(Get(RowKey.Of(Table.SegmentKey, did).Add(segment).Add(row.NewestKey))!.Value.Span);
        ReadOnlySpan<byte> list = Get(RowKey.Of(Table.SegmentList, did).Add(segment))!.Value.Span;
        return new SegmentView(segment, row.Leaf, row.Owner, row.NewestKey, key, SegmentListRow.Count(list), SegmentListRow.Root(list));
    }

    private GrantView ViewOf(Hash32 did, Id16 grant, ReadOnlyMemory<byte> terms)
    {
        (long leaf, long time, GrantBody body) = GrantTermsRow.Decode(terms.Span);
        GrantEndRow? end = Get(RowKey.Of(Table.GrantEnd, did).Add(grant)) is { } ended ? GrantEndRow.Decode(ended.Span) : null;
        uint? usesLeft = body.Uses is not null && Get(RowKey.Of(Table.GrantLive, did).Add(body.Grantee.Id).Add(grant)) is { } live ? new GrantLiveRow(live).UsesLeft : null;
        return new GrantView(grant, body, leaf, time, end, usesLeft);
    }

    // Without the cast, null would become an empty value.
    private ReadOnlyMemory<byte>? Get(RowKey key) => rows.TryGet(key.Span, out ReadOnlyMemory<byte> value) ? (ReadOnlyMemory<byte>?)value : null;

    private IEnumerable<Row> Scan(RowKey prefix) => rows.Scan(prefix.ToArray());
}
