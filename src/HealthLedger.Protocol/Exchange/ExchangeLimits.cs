namespace HealthLedger.Protocol.Exchange;

/// <summary>The bounds of what a client and a node say to each other (FORMATS.md section 8). Both sides refuse what is beyond them.</summary>
public static class ExchangeLimits
{
    /// <summary>The largest statement with its events.</summary>
    public const int SubmissionBytesMax = 1 << 20;

    /// <summary>The largest single vault object.</summary>
    public const int ObjectBytesMax = 16 << 20;

    /// <summary>The most vault objects beside one submission: four to a record, and what keys and notes add.</summary>
    public const int ObjectsMax = 6_144;

    /// <summary>The largest submission envelope; one object of the largest size still fits.</summary>
    public const int EnvelopeBytesMax = 18 << 20;

    /// <summary>The envelope a client aims at: beyond it, it starts another statement.</summary>
    public const int EnvelopeBytesGoal = 8 << 20;

    /// <summary>The largest signed query.</summary>
    public const int QueryBytesMax = 128 << 10;

    /// <summary>The largest answer to a query.</summary>
    public const int AnswerBytesMax = 34 << 20;

    /// <summary>The page a node aims at: it ends a page with the record that goes beyond.</summary>
    public const int PageBytesGoal = 4 << 20;

    /// <summary>The most records on one page of a release.</summary>
    public const int PageRecordsMax = 1_000;

    /// <summary>The most keys or ids one query asks for.</summary>
    public const int KeysMax = 1_024;

    /// <summary>The most entries on one page of an access log.</summary>
    public const int LogEntriesMax = 500;

    /// <summary>The most events in a statement, and so outcomes of one.</summary>
    public const int EventsMax = 1_024;

    /// <summary>The most segments of one patient that an answer lists.</summary>
    public const int SegmentsMax = 1_024;

    /// <summary>The most records of one segment that a release lists.</summary>
    public const int SegmentItemsMax = 500_000;

    /// <summary>The most grants one answer lists.</summary>
    public const int GrantsMax = 4_096;

    /// <summary>The longest identifier, in bytes of UTF-8.</summary>
    public const int DidBytesMax = 255;

    /// <summary>The longest network name, in bytes.</summary>
    public const int NetworkBytesMax = 40;

    /// <summary>The longest cursor, in bytes; what is in it is the node's own business.</summary>
    public const int CursorBytesMax = 64;

    /// <summary>How far a query's time may lie from the node's clock, and how long its nonce is remembered, in milliseconds.</summary>
    public const long QueryWindowMilliseconds = 60_000;
}
