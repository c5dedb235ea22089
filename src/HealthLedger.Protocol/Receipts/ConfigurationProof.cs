using System.Collections.Immutable;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Protocol.Receipts;

/// <summary>
/// What shows that a configuration was decided: its bytes, and the receipt of the entry that decided it, whose certificate is of the configuration
/// before (FORMATS.md section 5): <c>[configuration: bstr, receipt: bstr]</c>. Well-formed on the outside only; <see cref="ConfigurationHistory"/> judges it.
/// </summary>
/// <param name="Configuration">The encoded configuration.</param>
/// <param name="Receipt">The encoded receipt; its own list of configurations is empty.</param>
public readonly record struct ConfigurationProof(ReadOnlyMemory<byte> Configuration, ReadOnlyMemory<byte> Receipt)
{
    /// <summary>Most bytes of the proofs of one list together.</summary>
    public const int ListBytesMax = 32 * 1024 * 1024;

    /// <summary>Most bytes of the receipt in a proof.</summary>
    public const int ReceiptBytesMax = 128 * 1024;

    /// <summary>Writes a list of proofs.</summary>
    internal static void WriteList(CborWriter writer, ImmutableArray<ConfigurationProof> proofs)
    {
        writer.WriteArrayStart(proofs.Length);
        foreach (ConfigurationProof proof in proofs)
        {
            writer.WriteArrayStart(2);
            writer.WriteBytes(proof.Configuration.Span);
            writer.WriteBytes(proof.Receipt.Span);
        }
    }

    /// <summary>Reads a list of at most 4,096 proofs, as slices of <paramref name="whole"/>; empty after an error.</summary>
    internal static ImmutableArray<ConfigurationProof> ReadList(ref CborReader reader, ReadOnlyMemory<byte> whole)
    {
        int start = reader.Position, count = reader.ReadArrayStart();
        if (count > ConfigurationCodec.NumberMax) reader.Fail($"There are at most {ConfigurationCodec.NumberMax} configurations.", FaultCode.FormatLimit);
        ImmutableArray<ConfigurationProof>.Builder proofs = ImmutableArray.CreateBuilder<ConfigurationProof>();
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            reader.ReadArrayStart(2);
            ReadOnlyMemory<byte> configuration = Slice(ref reader, whole, ConfigurationCodec.BytesMax), receipt = Slice(ref reader, whole, ReceiptBytesMax);
            if (!reader.Failed) proofs.Add(new ConfigurationProof(configuration, receipt));
            if (reader.Position - start > ListBytesMax) reader.Fail($"The proofs of configurations have at most {ListBytesMax} bytes.", FaultCode.FormatLimit);
        }
        return reader.Failed ? [] : proofs.ToImmutable();
    }

    private static ReadOnlyMemory<byte> Slice(ref CborReader reader, ReadOnlyMemory<byte> whole, int bytesMax)
    {
        int length = reader.ReadBytesUpTo(bytesMax).Length;
        return reader.Failed ? default : whole.Slice(reader.Position - length, length);
    }
}
