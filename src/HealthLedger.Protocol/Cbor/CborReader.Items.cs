using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.Unicode;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Cbor;

public ref partial struct CborReader
{
    /// <summary>An open array, map or tag: how many items it still takes, and where its last key is.</summary>
    private struct Frame
    {
        public long Remaining;
        public int KeyStart, KeyEnd;
        public bool IsMap;
    }

    [InlineArray(DepthMax)]
    private struct Frames
    {
        private Frame _first;
    }

    private const ulong BignumTag = 2, NegativeBignumTag = 3;

    private ulong ReadHead(int major, string what)
    {
        if (Failed) return 0;
        if (_position >= _input.Length)
        {
            Fail($"The input ends where {what} was expected.", FaultCode.CborMalformed);
            return 0;
        }
        int initial = _input[_position];
        if (initial >> 5 != major)
        {
            FailType(what);
            return 0;
        }
        int info = initial & 0x1f;
        if (info < 24)
        {
            _position++;
            return (ulong)info;
        }
        if (info == 31)
        {
            Fail("Indefinite lengths are not canonical.", FaultCode.CborNotCanonical);
            return 0;
        }
        if (info > 27)
        {
            Fail("The additional information is reserved.", FaultCode.CborMalformed);
            return 0;
        }
        int width = 1 << (info - 24);
        ReadOnlySpan<byte> rest = _input[(_position + 1)..];
        if (rest.Length < width)
        {
            Fail("The input ends inside an item's head.", FaultCode.CborMalformed);
            return 0;
        }
        (ulong value, ulong least) = width switch
        {
            1 => (rest[0], 24UL),
            2 => (BinaryPrimitives.ReadUInt16BigEndian(rest), 0x100UL),
            4 => (BinaryPrimitives.ReadUInt32BigEndian(rest), 0x1_0000UL),
            _ => (BinaryPrimitives.ReadUInt64BigEndian(rest), 0x1_0000_0000UL),
        };
        if (value < least)
        {
            Fail("An integer or length is not in its shortest form.", FaultCode.CborNotCanonical);
            return 0;
        }
        _position += 1 + width;
        return value;
    }

    private ReadOnlySpan<byte> ReadString(int major, string what)
    {
        int start = _position;
        ulong length = ReadHead(major, what);
        if (Failed) return default;
        if (length > (ulong)(_input.Length - _position))
        {
            Fail("A string says it is longer than the input.", FaultCode.CborMalformed);
            return default;
        }
        ReadOnlySpan<byte> content = _input.Slice(_position, (int)length);
        if (major == 3 && !Utf8.IsValid(content))
        {
            Fail("The text is not valid UTF-8.", FaultCode.CborMalformed);
            return default;
        }
        _position += (int)length;
        Complete(start);
        return Failed ? default : content;
    }

    private int Enter(int start, ulong count, bool isMap)
    {
        if (Failed) return 0;
        if (count == 0)
        {
            if (_depth >= DepthMax) Fail($"The nesting is deeper than {DepthMax}.", FaultCode.FormatLimit);
            Complete(start);
            return 0;
        }
        Push(isMap ? 2 * (long)count : (long)count, isMap);
        return Failed ? 0 : (int)count;
    }

    private void Push(long items, bool isMap)
    {
        if (Failed) return;
        if (_depth > 0 && _frames[_depth - 1].IsMap && (_frames[_depth - 1].Remaining & 1) == 0)
        {
            FailKey();
            return;
        }
        if (_depth >= DepthMax)
        {
            Fail($"The nesting is deeper than {DepthMax}.", FaultCode.FormatLimit);
            return;
        }
        _frames[_depth++] = new Frame { Remaining = items, IsMap = isMap };
    }

    /// <summary>Counts one finished item, which began at <paramref name="start"/>, in what holds it, and closes what is full.</summary>
    private void Complete(int start)
    {
        if (Failed) return;
        while (_depth > 0)
        {
            ref Frame frame = ref _frames[_depth - 1];
            if (frame.IsMap && (frame.Remaining & 1) == 0 && !KeyAscends(ref frame, start)) return;
            if (--frame.Remaining > 0) return;
            _depth--;
        }
    }

    private bool KeyAscends(ref Frame frame, int start)
    {
        if (_input[start] >> 5 > 3) FailKey();
        if (frame.KeyEnd > 0)
        {
            int order = _input[frame.KeyStart..frame.KeyEnd].SequenceCompareTo(_input[start.._position]);
            if (order == 0) Fail("A map key occurs twice.", FaultCode.CborNotCanonical);
            if (order > 0) Fail("The map keys are not in ascending order.", FaultCode.CborNotCanonical);
        }
        (frame.KeyStart, frame.KeyEnd) = (start, _position);
        return !Failed;
    }

    private void FailKey() => Fail("A map key must be an integer, a text or bytes.", FaultCode.CborNotCanonical);

    /// <summary>Reads one item and all it holds, without recursion: the frames say when it is complete.</summary>
    private void Skip()
    {
        int outer = _depth;
        long left = outer > 0 ? _frames[outer - 1].Remaining : 0;
        do
        {
            switch (PeekType)
            {
                case CborType.UnsignedInteger: ReadUInt(); break;
                case CborType.NegativeInteger:
                    int start = _position;
                    ReadHead(1, "a negative integer");
                    Complete(start);
                    break;
                case CborType.Bytes: ReadBytes(); break;
                case CborType.Text: ReadTextUtf8(int.MaxValue); break;
                case CborType.Array: ReadArrayStart(); break;
                case CborType.Map: ReadMapStart(); break;
                case CborType.Tag:
                    ulong tag = ReadHead(6, "a tag");
                    Push(1, isMap: false);
                    if (tag is BignumTag or NegativeBignumTag) CheckBignum(ReadBytes());
                    break;
                case CborType.Boolean: ReadBool(); break;
                case CborType.Null: TryReadNull(); break;
                case CborType.Other: FailType("an item"); break;
                default: Fail("The input ends where an item was expected.", FaultCode.CborMalformed); break;
            }
        }
        while (!Failed && (_depth > outer || (_depth == outer && outer > 0 && _frames[outer - 1].Remaining == left)));
    }

    /// <summary>One number, one form [RFC 8949 §3.4.3]: a bignum has no leading zero and does not fit an integer.</summary>
    private void CheckBignum(ReadOnlySpan<byte> content)
    {
        if (!Failed && (content.Length <= sizeof(ulong) || content[0] == 0)) Fail("A bignum is not in its shortest form.", FaultCode.CborNotCanonical);
    }

    private void FailType(string what)
    {
        if (Failed) return;
        if (_position >= _input.Length)
        {
            Fail($"The input ends where {what} was expected.", FaultCode.CborMalformed);
            return;
        }
        switch (_input[_position])
        {
            case 0xf9 or 0xfa or 0xfb: Fail("Floating-point numbers are not allowed.", FaultCode.CborNotCanonical); break;
            case 0xff: Fail("A break stands outside an indefinite length.", FaultCode.CborMalformed); break;
            case >= 0xfc: Fail("The additional information is reserved.", FaultCode.CborMalformed); break;
            case 0xf8 when _position + 1 >= _input.Length || _input[_position + 1] < 32:
                Fail("A simple value is not well-formed.", FaultCode.CborMalformed); break;
            case >= 0xe0 and not (0xf4 or 0xf5 or 0xf6): Fail("Simple values other than false, true and null are not allowed.", FaultCode.CborNotCanonical); break;
            default: Fail($"The next item is not {what}."); break;
        }
    }
}
