using HealthLedger.Protocol.Errors;

namespace HealthLedger.Orleans.Wire;

/// <summary>One type's CBOR form, for values whose type is known only when they are there.</summary>
internal interface ICborForm
{
    /// <summary>The type's name on the wire.</summary>
    string Name { get; }

    /// <summary>To canonical CBOR.</summary>
    byte[] Encode(object value);

    /// <summary>From it; the fault says what was wrong.</summary>
    Result<object> Decode(ReadOnlyMemory<byte> encoded);
}

/// <inheritdoc/>
internal sealed class CborForm<T>(string name, Func<T, byte[]> encode, Func<ReadOnlyMemory<byte>, Result<T>> decode) : ICborForm
{
    public string Name => name;

    public byte[] Encode(object value) => encode((T)value);

    public Result<object> Decode(ReadOnlyMemory<byte> encoded) => decode(encoded).TryGet(out T? value, out Fault fault) ? Result<object>.Ok(value!) : fault;
}
