using System.Text;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Protocol.Statements;

/// <summary>
/// One event (FORMATS.md section 1): what happened, to whose subject. Its parts are slices of the bytes that were hashed; nothing is
/// copied. The body is canonical CBOR and a map, its meaning is the rules'.
/// <code>
/// a4                       map of 4
///   01 uint                type
///   02 tstr (1..255)       subject: decides the shard
///   03 bstr (16)           salt
///   04 map                 body, by type
/// </code>
/// </summary>
public readonly struct Event
{
    /// <summary>Most bytes of an encoded event.</summary>
    public const int BytesMax = 32 * 1024;

    /// <summary>Most bytes of a subject.</summary>
    public const int SubjectBytesMax = 255;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly Hash32 _hash;
    private readonly int _subjectAt, _saltAt, _bodyAt;

    private Event(ReadOnlyMemory<byte> bytes, Hash32 hash, uint type, int subjectAt, int saltAt, int bodyAt) =>
        (_bytes, _hash, Type, _subjectAt, _saltAt, _bodyAt) = (bytes, hash, type, subjectAt, saltAt, bodyAt);

    /// <summary>The number of its type (FORMATS.md section 2).</summary>
    public uint Type { get; }

    /// <summary>The encoded event.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>The RFC 9162 leaf hash of <see cref="Bytes"/>: the event's identity, its leaf under eventsRoot, a record's id. Already computed.</summary>
    public Hash32 Hash => _hash;

    /// <summary>The subject as UTF-8, in place.</summary>
    public ReadOnlySpan<byte> SubjectUtf8 => _bytes.Span[_subjectAt..(_saltAt - BetweenSubjectAndSalt)];

    /// <summary>The subject, as a new string at each call.</summary>
    public string Subject => Encoding.UTF8.GetString(SubjectUtf8);

    /// <summary>16 random bytes that keep the hash from being guessed.</summary>
    public Id16 Salt => new(_bytes.Span.Slice(_saltAt, Id16.Length));

    /// <summary>The encoded body: one canonical map.</summary>
    public ReadOnlyMemory<byte> Body => _bytes[_bodyAt..];

    /// <summary>Key 3 and the head of a byte string of 16.</summary>
    private const int BetweenSubjectAndSalt = 2;

    /// <summary>Reads and hashes one event: one hash.</summary>
    public static Result<Event> Decode(ReadOnlyMemory<byte> bytes) => TryDecode(bytes, out Event decoded, out Fault fault) ? decoded : fault;

    /// <summary>Encodes and hashes one event.</summary>
    /// <param name="type">The number of its type.</param>
    /// <param name="subject">1 to 255 bytes of UTF-8.</param>
    /// <param name="salt">Random.</param>
    /// <param name="body">One canonical map.</param>
    /// <returns>The event, or a fault when the subject or the body does not fit.</returns>
    public static Result<Event> Create(uint type, string subject, Id16 salt, ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty) return new Fault(FaultCode.CborMalformed, "An event's body has at least one byte.");
        if (body.Length > BytesMax) return new Fault(FaultCode.FormatLimit, $"An event has at most {BytesMax} bytes.");
        CborWriter writer = new(body.Length + 2 * subject.Length + 48);
        writer.WriteMapStart(4);
        writer.WriteUInt(1);
        writer.WriteUInt(type);
        writer.WriteUInt(2);
        writer.WriteText(subject);
        writer.WriteUInt(3);
        writer.WriteId16(salt);
        writer.WriteUInt(4);
        writer.WriteEncoded(body);
        return Decode(writer.ToArray());
    }

    internal static bool TryDecode(ReadOnlyMemory<byte> bytes, out Event decoded, out Fault fault)
    {
        if (!TryParse(bytes, out decoded, out fault)) return false;
        decoded = decoded.WithHash(TreeHash.Leaf(bytes.Span));
        return true;
    }

    /// <summary>Reads an event and leaves its hash to the caller, who hashes many together.</summary>
    internal static bool TryParse(ReadOnlyMemory<byte> bytes, out Event parsed, out Fault fault)
    {
        parsed = default;
        if (bytes.Length > BytesMax)
        {
            fault = new Fault(FaultCode.FormatLimit, $"An event has at most {BytesMax} bytes.");
            return false;
        }
        ReadOnlySpan<byte> span = bytes.Span;
        fault = default;
        if (!EventScanner.TryScan(span, out uint type, out int subjectAt, out int saltAt, out int bodyAt)
            && !TryRead(span, out type, out subjectAt, out saltAt, out bodyAt, out fault)) return false;
        parsed = new Event(bytes, default, type, subjectAt, saltAt, bodyAt);
        return true;
    }

    internal Event WithHash(Hash32 hash) => new(_bytes, hash, Type, _subjectAt, _saltAt, _bodyAt);

    /// <summary>Reads an event of any form; what the scanner passes over.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, out uint type, out int subjectAt, out int saltAt, out int bodyAt, out Fault fault)
    {
        CborReader reader = new(bytes);
        if (reader.ReadMapStart() != 4) reader.Fail("An event is a map of 4 pairs.");
        reader.ReadKey(1);
        type = (uint)reader.ReadUInt(uint.MaxValue);
        reader.ReadKey(2);
        int subjectLength = reader.ReadTextUtf8(SubjectBytesMax).Length;
        subjectAt = reader.Position - subjectLength;
        if (subjectLength == 0) reader.Fail("An event's subject is empty.", FaultCode.FormatValue);
        reader.ReadKey(3);
        reader.ReadBytes(Id16.Length);
        saltAt = reader.Position - Id16.Length;
        reader.ReadKey(4);
        bodyAt = reader.Position;
        if (reader.PeekType != CborType.Map) reader.Fail("An event's body is a map.");
        reader.ReadEncoded();
        bool read = reader.End();
        fault = reader.Fault;
        return read;
    }
}
