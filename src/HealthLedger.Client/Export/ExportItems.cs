using System.Buffers.Binary;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Client.Export;

/// <summary>An export is a CBOR sequence [RFC 8742] of byte strings, each holding one item: so a reader finds the items without parsing them.</summary>
internal static class ExportItems
{
    public static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> item, CancellationToken cancel)
    {
        byte[] head = new byte[5];
        int length;
        switch (item.Length)
        {
            case < 24:
                head[0] = (byte)(0x40 | item.Length);
                length = 1;
                break;
            case <= byte.MaxValue:
                (head[0], head[1]) = (0x58, (byte)item.Length);
                length = 2;
                break;
            case <= ushort.MaxValue:
                head[0] = 0x59;
                BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(1), (ushort)item.Length);
                length = 3;
                break;
            default:
                head[0] = 0x5a;
                BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(1), (uint)item.Length);
                length = 5;
                break;
        }
        await stream.WriteAsync(head.AsMemory(0, length), cancel).ConfigureAwait(false);
        await stream.WriteAsync(item, cancel).ConfigureAwait(false);
    }

    /// <summary>The next item, or null at the end of the file; a fault where the head is not one, or the file ends within.</summary>
    public static async Task<Result<byte[]?>> ReadAsync(Stream stream, CancellationToken cancel)
    {
        byte[] head = new byte[5];
        if (await stream.ReadAsync(head.AsMemory(0, 1), cancel).ConfigureAwait(false) == 0) return Result<byte[]?>.Ok(null);
        int width = head[0] switch { >= 0x40 and < 0x58 => 0, 0x58 => 1, 0x59 => 2, 0x5a => 4, _ => -1 };
        if (width < 0) return new Fault(FaultCode.ExportDamaged, "An item is not a byte string.");
        if (await stream.ReadAtLeastAsync(head.AsMemory(1, width), width, throwOnEndOfStream: false, cancel).ConfigureAwait(false) < width) return Cut();
        (uint length, uint least) = width switch
        {
            0 => ((uint)(head[0] & 0x1f), 0u),
            1 => (head[1], 24u),
            2 => (BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(1)), 0x100u),
            _ => (BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(1)), 0x1_0000u),
        };
        if (length < least) return new Fault(FaultCode.ExportDamaged, "An item's length is not in its shortest form.");
        if (length > ExportFormat.ItemBytesMax) return new Fault(FaultCode.ExportDamaged, $"An item is longer than {ExportFormat.ItemBytesMax} bytes.");
        byte[] item = new byte[length];
        return await stream.ReadAtLeastAsync(item, item.Length, throwOnEndOfStream: false, cancel).ConfigureAwait(false) == item.Length ? item : Cut();
    }

    private static Fault Cut() => new(FaultCode.ExportDamaged, "The file ends within an item.");
}
