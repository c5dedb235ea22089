using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Orleans.Wire;

/// <summary>An answer on the wire: <c>[0, fault]</c>, <c>[1, value]</c>, or <c>[2]</c> for a value that is none; fault and value as byte strings.</summary>
internal sealed class ResultForm<T>(Func<T, byte[]> encode, Func<ReadOnlyMemory<byte>, Result<T>> decode)
{
    private const int Failed = 0, Given = 1, None = 2;

    public byte[] Encode(Result<T> result)
    {
        byte[] inner = result.TryGet(out T? value, out Fault fault) ? value is null ? [] : encode(value) : new FaultAnswer(fault).Encode();
        CborWriter writer = new(inner.Length + 16);
        int kind = !result.IsOk ? Failed : value is null ? None : Given;
        writer.WriteArrayStart(kind == None ? 1 : 2);
        writer.WriteInt(kind);
        if (kind != None) writer.WriteBytes(inner);
        return writer.ToArray();
    }

    public Result<Result<T>> Decode(ReadOnlyMemory<byte> encoded)
    {
        CborReader reader = new(encoded.Span);
        int count = reader.ReadArrayStart();
        int kind = reader.ReadInt32(None);
        if (count != (kind == None ? 1 : 2)) reader.Fail("An answer is a kind and what it says.");
        ReadOnlyMemory<byte> inner = default;
        if (kind != None)
        {
            ReadOnlySpan<byte> bytes = reader.ReadBytesUpTo(encoded.Length);
            if (!reader.Failed) inner = encoded.Slice(reader.Position - bytes.Length, bytes.Length);
        }
        if (!reader.End()) return reader.Fault;
        if (kind == None) return Result<Result<T>>.Ok(Result<T>.Ok(default!));
        Fault unfit;
        if (kind == Given) return decode(inner).TryGet(out T? value, out unfit) ? Result<Result<T>>.Ok(Result<T>.Ok(value)) : unfit;
        return FaultAnswer.Decode(inner).TryGet(out FaultAnswer? answer, out unfit) ? Result<Result<T>>.Ok(answer.Fault) : unfit;
    }
}
