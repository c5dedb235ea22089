using System.Buffers;
using System.Text;
using HealthLedger.Protocol.Errors;
using Orleans.Serialization;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.Serializers;
using Orleans.Serialization.WireProtocol;

namespace HealthLedger.Orleans.Wire;

/// <summary>
/// Carries our values between silos and clients in their own CBOR form, so that the core needs no attributes of the engine's and what is sent is
/// checked by the decoder that checks everything else. On the wire: one length-prefixed field with the form's name, a zero byte and the form.
/// Values never change, so inside a silo they are handed over as they are.
/// </summary>
[Alias(WireName)]
internal sealed class CborCodec(CborForms forms) : IGeneralizedCodec, IGeneralizedCopier, ITypeFilter
{
    /// <summary>The codec's own name on the wire.</summary>
    public const string WireName = "healthledger.cbor";

    private const int NameBytesMax = 32;
    private static readonly Type Self = typeof(CborCodec);

    bool IGeneralizedCodec.IsSupportedType(Type type) => type == Self || forms.Of(type) is not null;

    bool IGeneralizedCopier.IsSupportedType(Type type) => forms.Of(type) is not null;

    bool? ITypeFilter.IsTypeAllowed(Type type) => type == Self || forms.Of(type) is not null ? true : null;

    object? IDeepCopier.DeepCopy(object? input, CopyContext context) => input;

    void IFieldCodec.WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type expectedType, object? value)
    {
        if (value is null)
        {
            ReferenceCodec.WriteNullReference(ref writer, fieldIdDelta);
            return;
        }
        ICborForm form = forms.Of(value.GetType()) ?? throw new NotSupportedException($"{value.GetType()} has no form.");
        byte[] name = Encoding.ASCII.GetBytes(form.Name);
        byte[] bytes = form.Encode(value);
        ReferenceCodec.MarkValueField(writer.Session);
        writer.WriteFieldHeader(fieldIdDelta, expectedType, Self, WireType.LengthPrefixed);
        writer.WriteVarUInt32((uint)(name.Length + 1 + bytes.Length));
        writer.Write(name);
        writer.WriteByte(0);
        writer.Write(bytes);
    }

    object IFieldCodec.ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        if (field.IsReference) return ReferenceCodec.ReadReference(ref reader, field.FieldType);
        field.EnsureWireType(WireType.LengthPrefixed);
        ReferenceCodec.MarkValueField(reader.Session);
        uint length = reader.ReadVarUInt32();
        if (length > reader.Length - reader.Position) throw new InvalidDataException("The value is longer than its message.");
        byte[] bytes = reader.ReadBytes(length);
        int end = bytes.AsSpan(0, Math.Min(bytes.Length, NameBytesMax + 1)).IndexOf((byte)0);
        if (end < 0 || forms.Of(Encoding.ASCII.GetString(bytes, 0, end)) is not { } form) throw new InvalidDataException("The value has a form that is not known here.");
        return form.Decode(bytes.AsMemory(end + 1)).TryGet(out object? value, out Fault fault) ? value : throw new InvalidDataException(fault.ToString());
    }
}
