using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Exchange;

/// <summary>
/// Asks for what a committed permit opens. The node verifies the permit in its own replica on every page: the asker's own, at most 30 s
/// of block time old, its grant still in force (PROTOCOL section 5).
/// </summary>
public sealed record ReleaseRequest
{
    /// <summary>The shard of the access.</summary>
    public required int Shard { get; init; }

    /// <summary>The statement that holds the access.</summary>
    public required Hash32 StatementId { get; init; }

    /// <summary>Which event of the statement is the access.</summary>
    public required int Index { get; init; }

    /// <summary>Where the last page ended; empty for the first page.</summary>
    public ReadOnlyMemory<byte> Cursor { get; init; }

    /// <summary>Whether contents are wanted beside manifests.</summary>
    public bool WantContent { get; init; }

    /// <summary>Only these records of the permit's list, at most 256; null for all. The list itself always comes whole.</summary>
    public IReadOnlyList<Hash32>? Records { get; init; }

    /// <summary>The most records one request names.</summary>
    public const int RecordsMax = 256;

    /// <summary>The canonical CBOR.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(128 + 34 * (Records?.Count ?? 0));
        writer.WriteMapStart(3 + (Cursor.IsEmpty ? 0 : 1) + (WantContent ? 1 : 0) + (Records is null ? 0 : 1));
        writer.WriteInt(1);
        writer.WriteInt(Shard);
        writer.WriteInt(2);
        writer.WriteHash(StatementId);
        writer.WriteInt(3);
        writer.WriteInt(Index);
        if (!Cursor.IsEmpty)
        {
            writer.WriteInt(4);
            writer.WriteBytes(Cursor.Span);
        }
        if (WantContent)
        {
            writer.WriteInt(5);
            writer.WriteBool(true);
        }
        if (Records is not null)
        {
            writer.WriteInt(6);
            ExchangeCodec.WriteHashes(writer, Records);
        }
        return writer.ToArray();
    }

    /// <summary>Decodes one.</summary>
    public static Result<ReleaseRequest> Decode(ReadOnlyMemory<byte> encoded) =>
        ExchangeCodec.Decode(encoded, ExchangeLimits.QueryBytesMax, static (ref CborReader reader, ReadOnlyMemory<byte> source) =>
        {
            int shard = 0, index = 0, seen = 0;
            Hash32 statement = default;
            ReadOnlyMemory<byte> cursor = default;
            bool wantContent = false;
            Hash32[]? records = null;
            int pairs = reader.ReadMapStart();
            while (reader.NextKey(ref pairs, out int key))
            {
                seen |= 1 << key;
                switch (key)
                {
                    case 1: shard = reader.ReadInt32(); break;
                    case 2: statement = reader.ReadHash(); break;
                    case 3: index = reader.ReadInt32(ExchangeLimits.EventsMax - 1); break;
                    case 4:
                        cursor = ExchangeCodec.ReadMemory(ref reader, source, ExchangeLimits.CursorBytesMax);
                        if (cursor.IsEmpty) reader.Fail("A cursor that is empty is left out.");
                        break;
                    case 5:
                        wantContent = reader.ReadBool();
                        if (!wantContent) reader.Fail("A false is left out.");
                        break;
                    case 6: records = ExchangeCodec.ReadHashes(ref reader, RecordsMax); break;
                    default: ExchangeCodec.Unknown(ref reader, key); break;
                }
            }
            ExchangeCodec.Require(ref reader, seen, ExchangeCodec.Keys(1, 3));
            return new ReleaseRequest { Shard = shard, StatementId = statement, Index = index, Cursor = cursor, WantContent = wantContent, Records = records };
        });
}
