namespace HealthLedger.Protocol.Blocks;

/// <summary>What a block may hold at most (FORMATS.md section 3).</summary>
public static class BlockLimits
{
    /// <summary>Bytes of an encoded block.</summary>
    public const int BytesMax = 4 * 1024 * 1024;

    /// <summary>Statements.</summary>
    public const int StatementsMax = 1024;

    /// <summary>Entries: events of all statements.</summary>
    public const int EntriesMax = 16_384;

    /// <summary>Statements where load is signed singly, so that a block's signatures are checked in a few milliseconds.</summary>
    public const int SignaturesWhenSingle = 128;

    /// <summary>Blocks of a shard above the committed one.</summary>
    public const int AheadMax = 8;

    /// <summary>Bytes of an encoded header.</summary>
    public const int HeaderBytesMax = 512;
}
