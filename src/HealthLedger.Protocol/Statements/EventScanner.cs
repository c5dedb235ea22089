using System.Buffers.Binary;
using System.Text.Unicode;

namespace HealthLedger.Protocol.Statements;

/// <summary>
/// Recognizes the events that nearly all load consists of, in one pass without bookkeeping: the four fields in their usual widths and a body
/// that is a flat map of small integer keys to byte strings, integers and one list of byte strings at most in each place. It never decides that
/// an event is wrong: whatever it does not recognize goes to the reader, which does. A test holds both to the same answers.
/// </summary>
internal static class EventScanner
{
    /// <summary>True where the bytes are an event of the usual form, which is then canonical; false says nothing.</summary>
    public static bool TryScan(ReadOnlySpan<byte> bytes, out uint type, out int subjectAt, out int saltAt, out int bodyAt)
    {
        (type, subjectAt, saltAt, bodyAt) = (0, 0, 0, 0);
        // a4 01 19 hi lo 02 78 length
        if (bytes.Length < 8 || bytes[0] != 0xa4 || bytes[1] != 1 || bytes[2] != 0x19 || bytes[5] != 2 || bytes[6] != 0x78) return false;
        type = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
        int length = bytes[7];
        if (type < 256 || length < 24) return false;
        subjectAt = 8;
        saltAt = subjectAt + length + 2;
        bodyAt = saltAt + Id16.Length + 1;
        // 03 50 salt 04 body
        return bodyAt < bytes.Length && bytes[saltAt - 2] == 3 && bytes[saltAt - 1] == 0x50 && bytes[bodyAt - 1] == 4
            && Utf8.IsValid(bytes.Slice(subjectAt, length)) && IsFlatMap(bytes[bodyAt..]);
    }

    private static bool IsFlatMap(ReadOnlySpan<byte> body)
    {
        int pairs = body[0] - 0xa0;
        if (pairs is < 0 or > 23) return false;
        int at = 1, last = -1;
        for (; pairs > 0; pairs--)
        {
            if (at + 1 >= body.Length || body[at] > 23 || body[at] <= last) return false;
            last = body[at++];
            int head = body[at];
            if (head is >= 0x80 and < 0x98)
            {
                at++;
                for (int items = head - 0x80; items > 0; items--)
                    if (!TryScalar(body, ref at)) return false;
            }
            else if (!TryScalar(body, ref at))
            {
                return false;
            }
        }
        return at == body.Length;
    }

    /// <summary>Passes over a byte string of at most 255 bytes or an unsigned integer, in shortest form.</summary>
    private static bool TryScalar(ReadOnlySpan<byte> body, ref int at)
    {
        if (at >= body.Length) return false;
        int head = body[at];
        switch (head)
        {
            case < 0x18: at += 1; break;
            case 0x18 when at + 1 < body.Length && body[at + 1] >= 24: at += 2; break;
            case 0x19 when at + 2 < body.Length && body[at + 1] != 0: at += 3; break;
            case 0x1a when at + 4 < body.Length && (body[at + 1] | body[at + 2]) != 0: at += 5; break;
            case 0x1b when at + 8 < body.Length && BinaryPrimitives.ReadUInt32BigEndian(body[(at + 1)..]) != 0: at += 9; break;
            case >= 0x40 and < 0x58: at += 1 + head - 0x40; break;
            case 0x58 when at + 1 < body.Length && body[at + 1] >= 24: at += 2 + body[at + 1]; break;
            default: return false;
        }
        return at <= body.Length;
    }
}
