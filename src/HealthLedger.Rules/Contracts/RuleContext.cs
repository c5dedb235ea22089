using System.Diagnostics.CodeAnalysis;
using System.Text;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.State;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Contracts;

/// <summary>
/// Everything that an event may be decided on: the state at its place in the order, the directory, the block's time, its own leaf
/// index. There is nothing else: no clock, no culture, no chance. Used by one thread.
/// </summary>
/// <param name="network">The network's name.</param>
/// <param name="state">Where the changes go.</param>
/// <param name="directory">As of the block's directory height.</param>
/// <param name="time">Block time, in milliseconds since 1970.</param>
public sealed class RuleContext(string network, OverlayRows state, DirectoryView directory, long time)
{
    private readonly byte[] _didPrefix = Encoding.ASCII.GetBytes($"{LedgerDid.Prefix}{network}:");
    private byte[] _lastSubject = [];
    private Hash32 _lastId;

    /// <summary>The network's name.</summary>
    public string Network => network;

    /// <summary>The state at this place in the order; changes go here.</summary>
    public OverlayRows State => state;

    /// <summary>The directory as of the block's directory height.</summary>
    public DirectoryView Directory => directory;

    /// <summary>Block time, in milliseconds since 1970.</summary>
    public long Time => time;

    /// <summary>The number of the configuration in force: the block's.</summary>
    public int Config { get; init; }

    /// <summary>The block's height.</summary>
    public long Height { get; init; }

    /// <summary>The leaf index of the entry that is being decided.</summary>
    public long Leaf { get; set; }

    internal RowWriter Writer { get; } = new();

    /// <summary>The id in a subject that is a did of this network; false for every other subject. The last one is remembered.</summary>
    internal bool TryId(ReadOnlySpan<byte> subjectUtf8, out Hash32 id)
    {
        id = _lastId;
        if (_lastSubject.Length > 0 && subjectUtf8.SequenceEqual(_lastSubject)) return true;
        if (subjectUtf8.Length != _didPrefix.Length + Base32.HashTextLength || !subjectUtf8.StartsWith(_didPrefix)) return false;
        Span<char> text = stackalloc char[Base32.HashTextLength];
        for (int i = 0; i < text.Length; i++) text[i] = (char)subjectUtf8[_didPrefix.Length + i];
        if (!Base32.TryDecodeHash(text, out id)) return false;
        (_lastSubject, _lastId) = (subjectUtf8.ToArray(), id);
        return true;
    }

    internal bool TryIdentity(Hash32 did, [NotNullWhen(true)] out IdentityRow? identity)
    {
        identity = state.TryGet(RowKey.Of(Table.Identity, did), out ReadOnlySpan<byte> value) ? IdentityRow.Decode(value) : null;
        return identity is not null;
    }

    internal bool TrySegment(Hash32 did, Id16 segment, out SegmentRow row)
    {
        bool found = state.TryGet(RowKey.Of(Table.Segment, did).Add(segment), out ReadOnlySpan<byte> value);
        row = found ? SegmentRow.Decode(value) : default;
        return found;
    }

    internal IEnumerable<Row> Scan(RowKey prefix) => state.Scan(prefix.ToArray());

    /// <summary>Adds a line to the subject's log.</summary>
    internal void Log(Hash32 subject, in LogRow row) => state.Put(RowKey.Of(Table.Log, subject).Add(Leaf), row.Encode(Writer));

    /// <summary>A line for this event, to be completed.</summary>
    internal LogRow Line(in Event item, in Signer signer, OutcomeKind kind = OutcomeKind.Applied, FaultCode? reason = null) => new()
    {
        Type = item.Type,
        Kind = kind,
        Reason = reason,
        Time = time,
        Issuer = signer.Issuer,
        Acting = signer.Acting,
    };
}
